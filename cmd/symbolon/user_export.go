package main

import (
	"context"
	"encoding/json"

	"github.com/spf13/cobra"
)

func (p userCommands) export() *cobra.Command {
	return &cobra.Command{
		Use: "export ID", Short: "Export all data of a user as JSON", Args: cobra.ExactArgs(1),
		Long:    "The document is the one that users download from their account; docs/account-export.md explains its fields.",
		Example: "  symbolon user export ada@example.com > ada.json",
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.withDeployment(cmd, func(ctx context.Context, d deployment) error {
				export, err := d.users().Export(ctx, args[0])
				if err != nil {
					return naming("user", args[0], err)
				}
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetEscapeHTML(false)
				enc.SetIndent("", "  ")
				return enc.Encode(export)
			})
		},
	}
}
