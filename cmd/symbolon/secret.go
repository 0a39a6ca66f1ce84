package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/storage"
)

func (r registry) secretCommand() *cobra.Command {
	example := fmt.Sprintf("  symbolon %[1]s secret add %[2]s --expires-in 90d\n  symbolon %[1]s secret list %[2]s", r.noun, r.exampleID())
	return group("secret", "Manage secrets; several can be valid at once", `
A secret is shown once, when it is made; only its digest is kept. To rotate: add one, give it to
the `+r.noun+`, see in the list that the old one is no longer used, revoke that.`, example,
		r.secretAdd(), r.secretList(), r.secretRevoke())
}

// secretView is a secret as commands print it. ClientSecret is set only when it was just made.
type secretView struct {
	ID           string     `json:"secret_id"`
	ClientID     string     `json:"client_id"`
	ClientSecret string     `json:"client_secret,omitempty"`
	CreatedAt    time.Time  `json:"created_at"`
	ExpiresAt    *time.Time `json:"expires_at"`   // null: does not expire
	LastUsedAt   *time.Time `json:"last_used_at"` // null: not yet; about a minute late
}

func viewSecret(s storage.ClientSecret) secretView {
	return secretView{
		ID: s.ID, ClientID: s.ClientID, CreatedAt: instant(s.CreatedAt),
		ExpiresAt: optional(s.ExpiresAt), LastUsedAt: optional(s.LastUsedAt),
	}
}

func viewSecrets(secrets []storage.ClientSecret) []secretView {
	views := []secretView{}
	for _, s := range secrets {
		views = append(views, viewSecret(s))
	}
	return views
}

func (r registry) secretAdd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "add ID", Short: "Add a secret", Args: cobra.ExactArgs(1),
		Example: "  symbolon " + r.noun + " secret add " + r.exampleID() + " --expires-in 90d --json",
	}
	var life durationFlag
	cmd.Flags().Var(&life, "expires-in", "how long it is good for, such as 90d (default: until it is revoked)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return r.withDeployment(cmd, func(ctx context.Context, d deployment) error {
			issued, err := r.of(d).AddSecret(ctx, d.by, args[0], life.from(time.Now()))
			if err != nil {
				return r.naming(args[0], err)
			}
			view := viewSecret(issued.Secret)
			view.ClientSecret = issued.Bearer
			say(cmd, "Keep the secret now: it is not shown again.")
			return r.print(cmd, view, func(w io.Writer) {
				row(w, "client_secret", view.ClientSecret)
				row(w, "secret_id", view.ID)
				row(w, "life", lasts(view.ExpiresAt))
			})
		})
	}
	return cmd
}

func (r registry) secretList() *cobra.Command {
	return &cobra.Command{
		Use: "list ID", Short: "List the secrets with expiry and last use", Args: cobra.ExactArgs(1),
		Example: "  symbolon " + r.noun + " secret list " + r.exampleID(),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.withDeployment(cmd, func(ctx context.Context, d deployment) error {
				secrets, err := r.of(d).Secrets(ctx, args[0])
				if err != nil {
					return r.naming(args[0], err)
				}
				views := viewSecrets(secrets)
				return r.print(cmd, views, func(w io.Writer) { writeSecrets(w, views, secrets) })
			})
		},
	}
}

func writeSecrets(w io.Writer, views []secretView, secrets []storage.ClientSecret) {
	row(w, "SECRET ID", "CREATED", "LIFE", "LAST USED")
	for i, v := range views {
		row(w, v.ID, day(v.CreatedAt), lasts(v.ExpiresAt), day(secrets[i].LastUsedAt))
	}
}

func (r registry) secretRevoke() *cobra.Command {
	return &cobra.Command{
		Use: "revoke ID SECRET_ID", Short: "Revoke a secret", Args: cobra.ExactArgs(2),
		Example: "  symbolon " + r.noun + " secret revoke " + r.exampleID() + " cs_Q5R2W7",
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.withDeployment(cmd, func(ctx context.Context, d deployment) error {
				if err := r.of(d).RevokeSecret(ctx, d.by, args[0], args[1]); err != nil {
					return hintedError{naming("secret", args[1], err), "symbolon " + r.noun + " secret list " + args[0]}
				}
				result := map[string]any{"client_id": args[0], "secret_id": args[1], "revoked": true}
				return r.print(cmd, result, func(w io.Writer) { fmt.Fprintln(w, "secret", args[1], "is revoked") })
			})
		},
	}
}

// from is the end of the flag's length of time, or never when it was not given.
func (f durationFlag) from(now time.Time) time.Time {
	if f == 0 {
		return time.Time{}
	}
	return now.Add(time.Duration(f))
}
