package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/revocation"
)

func (p *program) revokeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "revoke", Short: "Revoke sessions, grants and tokens before a time", Args: cobra.NoArgs,
		Long: `Use this after restoring a backup, which brings back what was revoked since, or after the secret
leaked. Users sign in again, apps start again, and agents request new tokens. It takes effect on all
nodes immediately and cannot be undone. Servers that verify access tokens offline accept them until
they expire.`,
		Example: "  symbolon revoke --everything-before now\n  symbolon revoke --everything-before 2026-03-01T12:00:00Z",
	}
	text := cmd.Flags().String("everything-before", "", "`TIME` as in 2026-03-01T12:00:00Z, or now")
	_ = cmd.MarkFlagRequired("everything-before")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		at, err := pastTime(*text)
		if err != nil {
			return usageError{err}
		}
		return p.withDeployment(cmd, func(ctx context.Context, d deployment) error {
			before, err := revocation.Service{Store: d.db, Audit: d.audit}.EverythingBefore(ctx, d.by, at)
			if err != nil {
				return err
			}
			shown := before.Format(time.RFC3339)
			return p.print(cmd, map[string]any{"everything_before": shown}, func(w io.Writer) {
				fmt.Fprintln(w, "all sessions, grants and tokens from before", shown, "have ended")
			})
		})
	}
	return cmd
}

// pastTime reads a time that has come, or "now".
func pastTime(text string) (time.Time, error) {
	if text == "now" {
		return time.Now(), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, fmt.Errorf("--everything-before is %q: write a time such as 2026-03-01T12:00:00Z, or now", text)
	}
	if revocation.Check(at) != nil {
		return at, fmt.Errorf("--everything-before is %s, which is still to come", text)
	}
	return at, nil
}
