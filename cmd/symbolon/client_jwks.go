package main

import (
	"encoding/json"
	"os"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/keys"
)

// keysFlag is a file with the public keys of a client.
type keysFlag struct {
	file string
	keys json.RawMessage
}

// String returns the file that was named.
func (f *keysFlag) String() string { return f.file }

// Type returns what help calls such a value.
func (f *keysFlag) Type() string { return "string" }

// Set takes the name of the file, which checkKeyFlags has read before anything else is done.
func (f *keysFlag) Set(file string) error {
	f.file = file
	return nil
}

func (f *keysFlag) read() (err error) {
	f.keys, err = os.ReadFile(f.file)
	if err != nil {
		return usagef("--jwks: %w", err)
	}
	if err := keys.CheckClientKeys(f.keys); err != nil {
		return usagef("--jwks %s: %w", f.file, err)
	}
	return nil
}

// checkKeyFlags wants the keys in one place, and reads them.
func checkKeyFlags(cmd *cobra.Command) {
	jwks := cmd.Flags().Lookup("jwks")
	if jwks == nil {
		return
	}
	cmd.MarkFlagsMutuallyExclusive("jwks", "jwks-uri")
	cmd.PreRunE = func(*cobra.Command, []string) error {
		if !jwks.Changed {
			return nil
		}
		return jwks.Value.(*keysFlag).read()
	}
}
