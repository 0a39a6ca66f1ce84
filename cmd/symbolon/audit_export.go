package main

import (
	"context"
	"crypto/ed25519"
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/audit/ledger"
)

func (p auditCommands) export() *cobra.Command {
	cmd := &cobra.Command{
		Use: "export", Short: "Export events with their proofs", Args: cobra.NoArgs,
		Long: `One JSON object per line: first the last checkpoint, then each event that it covers, oldest first, with the
proof that it is in the log. audit verify --file checks the export anywhere.`,
		Example: "  symbolon audit export --since 30d > audit.jsonl",
	}
	filter := addFilterFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return p.withLedger(cmd, func(ctx context.Context, d deployment, k *ledger.Keeper) error {
			out := json.NewEncoder(cmd.OutOrStdout())
			out.SetEscapeHTML(false)
			return ledger.Export(ctx, d.db, k.Key.Public().(ed25519.PublicKey), matches(filter()), func(e ledger.Exported) error { return out.Encode(e) })
		})
	}
	return cmd
}

// matches is what the filter's flags choose, for events that are read one by one.
func matches(f audit.Filter) func(audit.Event) bool {
	is := func(wanted, value string) bool { return wanted == "" || wanted == value }
	return func(e audit.Event) bool {
		return is(f.Type, e.Type) && is(f.UserID, e.UserID) && is(f.ClientID, e.ClientID) && !e.At.Before(f.Since)
	}
}
