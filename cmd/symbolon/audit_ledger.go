package main

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/audit/ledger"
	"github.com/symbolon-id/symbolon/server"
)

// withLedger does work on the audit log, with the key of its checkpoints.
func (p auditCommands) withLedger(cmd *cobra.Command, work func(ctx context.Context, d deployment, k *ledger.Keeper) error) error {
	return p.withDeployment(cmd, func(ctx context.Context, d deployment) error {
		sealer, err := d.config.Sealer()
		if err != nil {
			return hintedError{err, "symbolon config show"}
		}
		keeper, err := server.Keeper(ctx, d.db, sealer, d.config, slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		return work(ctx, d, keeper)
	})
}

func (p auditCommands) checkpoint() *cobra.Command {
	return &cobra.Command{
		Use: "checkpoint", Short: "Print a checkpoint of the audit log", Args: cobra.NoArgs,
		Long: `The checkpoint covers all events that are stored. Keep it where those who can change the database cannot
change it; audit verify --checkpoint then proves that the log still has every event it had.`,
		Example: "  symbolon audit checkpoint > checkpoint.txt",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.withLedger(cmd, func(ctx context.Context, _ deployment, k *ledger.Keeper) error {
				c, err := k.Checkpoint(ctx)
				if err != nil {
					return err
				}
				return p.print(cmd, map[string]any{"size": c.Size, "at": instant(c.At), "checkpoint": c.Note}, func(w io.Writer) { fmt.Fprint(w, c.Note) })
			})
		},
	}
}

func (p auditCommands) key() *cobra.Command {
	return &cobra.Command{
		Use: "key", Short: "Print the key that verifies checkpoints", Args: cobra.NoArgs,
		Long:    "The key is public. Give it to those who verify exports, separately from the exports.",
		Example: "  symbolon audit key",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.withLedger(cmd, func(_ context.Context, _ deployment, k *ledger.Keeper) error {
				text, err := ledger.VerifierKey(k.Origin, k.Key.Public().(ed25519.PublicKey))
				if err != nil {
					return err
				}
				return p.print(cmd, map[string]string{"key": text}, func(w io.Writer) { fmt.Fprintln(w, text) })
			})
		},
	}
}
