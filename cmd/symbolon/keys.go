package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/keys"
)

// keyCommands are the commands about signing keys.
type keyCommands struct{ *program }

func (p keyCommands) group() *cobra.Command {
	return group("keys", "Manage signing keys", `
A key is published before it signs, and stays published until the last token it signed has expired.
Keys are replaced by age; rotate does it now. A running server takes changes up within about a
second. These commands need the secret that the server runs with.`, `
  symbolon keys list
  symbolon keys rotate --alg ES256`,
		p.list(), p.rotate(), p.revoke())
}

// withRing does work on the deployment's keys. A ring that does not load can still have keys revoked.
func (p keyCommands) withRing(cmd *cobra.Command, work func(ctx context.Context, d deployment, ring *keys.Ring, loaded error) error) error {
	return p.withDeployment(cmd, func(ctx context.Context, d deployment) error {
		sealer, err := d.config.Sealer()
		if err != nil {
			return hintedError{err, "symbolon config show"}
		}
		ring := keys.NewRing(d.db, sealer, d.config.RingOptions())
		return work(ctx, d, ring, ring.Load(ctx))
	})
}

type keyView struct {
	KID       string     `json:"kid"`
	Alg       string     `json:"alg"`
	State     keys.State `json:"state"`
	CreatedAt time.Time  `json:"created_at"`
	SignsFrom *time.Time `json:"signs_from"` // null: not yet known
	GoneAt    *time.Time `json:"gone_at"`    // null: not yet known
}

func (p keyCommands) printKeys(cmd *cobra.Command, infos []keys.KeyInfo) error {
	views := []keyView{}
	for _, k := range infos {
		views = append(views, keyView{k.KID, k.Alg, k.State, instant(k.CreatedAt), optional(k.SignsFrom), optional(k.GoneAt)})
	}
	return p.print(cmd, views, func(w io.Writer) {
		row(w, "KID", "ALG", "STATE", "CREATED", "SIGNS FROM", "GONE")
		for _, k := range infos {
			row(w, k.KID, k.Alg, k.State, day(k.CreatedAt), day(k.SignsFrom), day(k.GoneAt))
		}
	})
}

func (p keyCommands) list() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the signing keys", Args: cobra.NoArgs,
		Example: "  symbolon keys list --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.withRing(cmd, func(_ context.Context, _ deployment, ring *keys.Ring, loaded error) error {
				if loaded != nil {
					return loaded
				}
				return p.printKeys(cmd, ring.List())
			})
		},
	}
}

func (p keyCommands) rotate() *cobra.Command {
	cmd := &cobra.Command{
		Use: "rotate", Short: "Rotate the signing keys", Args: cobra.NoArgs,
		Long: `The next key starts signing once it has been published long enough for all clients to fetch it, and
a new next key is published. Tokens that are already signed stay valid.`,
		Example: "  symbolon keys rotate --alg RS256",
	}
	alg := cmd.Flags().String("alg", "", "RS256 or ES256 (default: both)")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return p.withRing(cmd, func(ctx context.Context, d deployment, ring *keys.Ring, _ error) error {
			infos, err := keys.Service{Ring: ring, Audit: d.audit}.Rotate(ctx, d.by, *alg)
			if err != nil {
				return err
			}
			return p.printKeys(cmd, infos)
		})
	}
	return cmd
}

func (p keyCommands) revoke() *cobra.Command {
	return &cobra.Command{
		Use: "revoke KID", Short: "Revoke a signing key immediately", Args: cobra.ExactArgs(1),
		Example: "  symbolon keys revoke 3kD9x",
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.withRing(cmd, func(ctx context.Context, d deployment, ring *keys.Ring, _ error) error {
				if err := (keys.Service{Ring: ring, Audit: d.audit}).Revoke(ctx, d.by, args[0]); err != nil {
					return naming("key", args[0], err)
				}
				result := map[string]any{"kid": args[0], "revoked": true}
				return p.print(cmd, result, func(w io.Writer) { fmt.Fprintln(w, "key", args[0], "is revoked") })
			})
		},
	}
}
