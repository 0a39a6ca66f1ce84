package main

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage"
)

// metadataFlag is the flag of one field; set puts what it was given into a client.
type metadataFlag struct {
	clients.Field
	set func(c *storage.Client)
}

// addMetadataFlags adds the flags of a table. What it returns changes what was given.
func addMetadataFlags(cmd *cobra.Command, table clients.Table) func(c *storage.Client) {
	var flags []metadataFlag
	for _, f := range table {
		flags = append(flags, metadataFlag{f, addMetadataFlag(cmd, f)})
	}
	selfSigned := cmd.Flags().Bool("tls-self-signed", false, "it authenticates by self-signed certificates of its keys (--jwks)")
	checkKeyFlags(cmd)
	return func(c *storage.Client) {
		given := givenOf(cmd, flags)
		for _, f := range given {
			if f.Prepare != nil {
				f.Prepare(c)
			}
		}
		for _, f := range given {
			f.set(c)
		}
		if *selfSigned {
			c.AuthMethod = storage.AuthSelfSignedTLS
		}
	}
}

func givenOf(cmd *cobra.Command, flags []metadataFlag) []metadataFlag {
	var some []metadataFlag
	for _, f := range flags {
		if cmd.Flags().Changed(f.Flag) {
			some = append(some, f)
		}
	}
	return some
}

// addMetadataFlag adds the flag of f, and returns what puts its value into a client.
func addMetadataFlag(cmd *cobra.Command, f clients.Field) func(c *storage.Client) {
	flags := cmd.Flags()
	switch f.Column(&storage.Client{}).(type) {
	case *[]string:
		v := flags.StringArray(f.Flag, nil, f.Help)
		return func(c *storage.Client) { *f.Column(c).(*[]string) = listOf(f, *v) }
	case *bool:
		v := flags.Bool(f.Flag, f.Negative, f.Help)
		return func(c *storage.Client) { *f.Column(c).(*bool) = *v != f.Negative }
	case *time.Duration:
		v := new(durationFlag)
		flags.Var(v, f.Flag, f.Help)
		return func(c *storage.Client) { *f.Column(c).(*time.Duration) = time.Duration(*v) }
	case **int64:
		v := new(maxAgeFlag)
		flags.Var(v, f.Flag, f.Help)
		return func(c *storage.Client) { *f.Column(c).(**int64) = v.seconds }
	case *json.RawMessage:
		v := new(keysFlag)
		flags.Var(v, f.Flag, f.Help)
		return func(c *storage.Client) { *f.Column(c).(*json.RawMessage) = v.keys }
	}
	v := flags.String(f.Flag, "", f.Help)
	return func(c *storage.Client) { *f.Column(c).(*string) = unless(f.Off, unless(f.Default, *v)) }
}

// listOf takes one empty value for an empty list: nothing else could empty it.
func listOf(f clients.Field, values []string) []string {
	switch {
	case f.Words:
		return strings.Fields(strings.Join(values, " "))
	case len(values) == 1 && values[0] == "" && !f.Required:
		return nil
	}
	return values
}

// unless returns value, or "" when it is the default.
func unless(standard, value string) string {
	if value == standard {
		return ""
	}
	return value
}
