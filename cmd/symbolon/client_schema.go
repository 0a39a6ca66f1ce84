package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/clients"
)

func clientSchema() *cobra.Command {
	return &cobra.Command{
		Use: "schema", Short: "Print the JSON Schema of client metadata", Args: cobra.NoArgs,
		Long:    "The members have the names of RFC 7591: it describes what a client can register, and what programs that manage clients can send.",
		Example: "  symbolon client schema > client.schema.json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := json.NewEncoder(cmd.OutOrStdout())
			out.SetIndent("", "  ")
			return out.Encode(clients.Metadata().Schema())
		},
	}
}
