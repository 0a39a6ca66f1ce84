package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/config"
	"github.com/symbolon-id/symbolon/registration"
	"github.com/symbolon-id/symbolon/storage"
)

// registrationCommands are the commands about self-registration.
type registrationCommands struct{ *program }

func (p registrationCommands) group() *cobra.Command {
	tokens := group("token", "Manage initial access tokens", `
Software that sends such a token to the registration endpoint may register a client there. The token
is shown only once; Symbolon stores its digest.`, `
  symbolon registration token create --name "build server" --expires-in 30d --max-uses 5
  symbolon registration token list`,
		p.createToken(), p.listTokens(), p.revokeToken())
	return group("registration", "Manage self-registration (RFC 7591)", `
With registration: token in the configuration, software that shows an initial access token may
register itself; with open, any software may. What it registered is a client like any other.`, `
  symbolon registration token create --name "build server" --expires-in 30d --max-uses 5
  symbolon client list`, tokens)
}

// registrationTokenView is an initial access token as commands print it. Token is set only when it
// was just made.
type registrationTokenView struct {
	ID         string     `json:"token_id"`
	Name       string     `json:"name"`
	Token      string     `json:"initial_access_token,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
	ExpiresAt  *time.Time `json:"expires_at"` // null: does not expire
	MaxUses    int64      `json:"max_uses"`   // 0: any number
	Uses       int64      `json:"uses"`
	LastUsedAt *time.Time `json:"last_used_at"` // null: not yet
	Live       bool       `json:"live"`
}

func viewRegistrationToken(t storage.RegistrationToken) registrationTokenView {
	return registrationTokenView{
		ID: t.ID, Name: t.Name, CreatedAt: instant(t.CreatedAt), ExpiresAt: optional(t.ExpiresAt),
		MaxUses: t.MaxUses, Uses: t.Uses, LastUsedAt: optional(t.LastUsedAt), Live: t.Live(time.Now()),
	}
}

func (v registrationTokenView) used() string {
	if v.MaxUses == 0 {
		return fmt.Sprint(v.Uses)
	}
	return fmt.Sprintf("%d of %d", v.Uses, v.MaxUses)
}

func (p registrationCommands) createToken() *cobra.Command {
	cmd := &cobra.Command{
		Use: "create", Short: "Create an initial access token", Args: cobra.NoArgs,
		Example: `  symbolon registration token create --name "build server" --expires-in 30d --max-uses 5 --json`,
	}
	var life durationFlag
	name := cmd.Flags().String("name", "", "whom it is for")
	uses := cmd.Flags().Int64("max-uses", 0, "how many clients it may register (default: any number)")
	cmd.Flags().Var(&life, "expires-in", "how long it is good for, such as 30d (default: until it is revoked)")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *name == "" {
			return usagef("--name is missing: say whom the token is for")
		}
		return p.withDeployment(cmd, func(ctx context.Context, d deployment) error {
			token, bearer, err := d.issuedTokens().Create(ctx, d.by, *name, life.from(time.Now()), *uses)
			if err != nil {
				return err
			}
			if d.config.Registration.Mode != config.RegistrationToken {
				say(cmd, "The token is not needed yet: registration is %s, not token.", cmp.Or(d.config.Registration.Mode, config.RegistrationOff))
			}
			say(cmd, "Keep the token now: it is not shown again.")
			view := viewRegistrationToken(token)
			view.Token = bearer
			return p.print(cmd, view, func(w io.Writer) {
				row(w, "initial_access_token", view.Token)
				row(w, "token_id", view.ID)
				row(w, "name", view.Name)
				row(w, "life", lasts(view.ExpiresAt))
				row(w, "uses", view.used())
			})
		})
	}
	return cmd
}

func (p registrationCommands) listTokens() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List initial access tokens", Args: cobra.NoArgs,
		Example: "  symbolon registration token list --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.withDeployment(cmd, func(ctx context.Context, d deployment) error {
				tokens, err := d.issuedTokens().List(ctx)
				if err != nil {
					return err
				}
				views := []registrationTokenView{}
				for _, t := range tokens {
					views = append(views, viewRegistrationToken(t))
				}
				return p.print(cmd, views, func(w io.Writer) {
					row(w, "TOKEN ID", "NAME", "CREATED", "LIFE", "USES")
					for _, v := range views {
						row(w, v.ID, v.Name, day(v.CreatedAt), lasts(v.ExpiresAt), v.used())
					}
				})
			})
		},
	}
}

func (p registrationCommands) revokeToken() *cobra.Command {
	return &cobra.Command{
		Use: "revoke TOKEN_ID", Short: "Revoke an initial access token", Args: cobra.ExactArgs(1),
		Example: "  symbolon registration token revoke iat_Q5R2W7",
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.withDeployment(cmd, func(ctx context.Context, d deployment) error {
				if err := d.issuedTokens().Revoke(ctx, d.by, args[0]); err != nil {
					return hintedError{naming("token", args[0], err), "symbolon registration token list"}
				}
				result := map[string]any{"token_id": args[0], "revoked": true}
				return p.print(cmd, result, func(w io.Writer) { fmt.Fprintln(w, "token", args[0], "is revoked") })
			})
		},
	}
}

func (d deployment) issuedTokens() registration.IssuedTokens {
	return registration.IssuedTokens{Store: d.db, Audit: d.audit}
}
