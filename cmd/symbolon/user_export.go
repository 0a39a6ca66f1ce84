package main

import (
	"context"
	"encoding/json"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/account"
)

func (p *program) userExport() *cobra.Command {
	return &cobra.Command{
		Use: "export ID", Short: "Export all data of a user as JSON", Args: cobra.ExactArgs(1),
		Long:    "The document is the one that users download from their account; docs/account-export.md explains its fields.",
		Example: "  symbolon user export ada@example.com > ada.json",
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.atDesk(cmd, func(ctx context.Context, d desk) error {
				user, err := d.findUser(ctx, args[0])
				if err != nil {
					return err
				}
				export, err := account.NewDocument(ctx, d.db, user, time.Now())
				if err != nil {
					return err
				}
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetEscapeHTML(false)
				enc.SetIndent("", "  ")
				return enc.Encode(export)
			})
		},
	}
}
