package main

import (
	"slices"
	"testing"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage"
)

func TestOneRowIsAFlag(t *testing.T) {
	row := clients.Field{Name: "software_id", Flag: "software-id", Column: func(c *storage.Client) any { return &c.Profile }}
	table := append(slices.Clone(clients.Metadata()), row).Flags(storage.KindApp)
	cmd := &cobra.Command{Use: "create", Run: func(*cobra.Command, []string) {}}
	apply := addMetadataFlags(cmd, table)
	cmd.SetArgs([]string{"--software-id", "X"})
	if err := cmd.Execute(); err != nil {
		t.Fatal(err)
	}
	var c storage.Client
	if apply(&c); c.Profile != "X" {
		t.Errorf("the flag of the row set %q", c.Profile)
	}
}
