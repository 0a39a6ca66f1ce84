package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/agents"
	"github.com/symbolon-id/symbolon/storage"
)

func (p *program) clientCommand() *cobra.Command {
	r := registry{p, "client", func(d desk) *agents.Registry { return &newApps(d).Registry }}
	cmd := group("client", "Applications that people sign in to", `
A client sends people here to sign in and gets tokens for them (authorization code with PKCE).
Redirect URIs are matched byte for byte; only the port of a loopback address may differ.`, `
  symbolon client create --name Grafana --redirect-uri https://grafana.example/login/generic_oauth
  symbolon client list`,
		p.clientCreate(), r.update("  symbolon client update "+r.exampleID()+" --redirect-uri https://app.example/cb", clientChanges))
	cmd.AddCommand(r.commands()...)
	return cmd
}

func newApps(d desk) *agents.Apps { return agents.NewApps(d.db, d.audit, via) }

func (p *program) clientCreate() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Register an application, and make its first secret unless it is public",
		Long: `Without --grant-type it may use authorization_code and refresh_token, without --scope ask for
"openid profile email offline_access". A public client (--public) runs where a secret cannot be
kept: on people's devices. One with keys of its own (--jwks) has no secret: it signs an assertion
for each request instead (private_key_jwt), and nothing weaker is accepted from then on.`,
		Example: `  symbolon client create --name Grafana --redirect-uri https://grafana.example/login/generic_oauth --first-party
  symbolon client create --name my-cli --public --redirect-uri http://127.0.0.1/callback --json
  symbolon client create --name Bank --redirect-uri https://bank.example/cb --jwks bank.jwks.json --require-par --dpop`,
		Args: cobra.NoArgs,
	}
	flags := addClientFlags(cmd)
	public := cmd.Flags().Bool("public", false, "it cannot keep a secret")
	var life durationFlag
	cmd.Flags().Var(&life, "expires-in", "how long its first secret is good for, such as 90d (default: until it is revoked)")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if flags.name == "" {
			return usagef("--name is missing: say what people call the application")
		}
		client := storage.Client{ClientMetadata: storage.ClientMetadata{Public: *public}}
		flags.apply(cmd, &client)
		if *public && client.AuthMethod != "" {
			return usagef("--public and --jwks exclude each other: who keeps a key can prove itself")
		}
		return p.atDesk(cmd, func(ctx context.Context, d desk) error {
			issued, err := newApps(d).Create(ctx, agents.App{
				Name: client.Name, ClientMetadata: client.ClientMetadata, SecretExpiresAt: life.from(time.Now()),
			})
			if err != nil {
				return err
			}
			return p.printIssued(cmd, issued)
		})
	}
	return cmd
}

// clientFlags are those that client create and update share.
type clientFlags struct {
	*agentFlags
	redirect, postLogout, serves, grants []string
	firstParty, requirePKCE              bool
	requirePAR                           bool
}

func addClientFlags(cmd *cobra.Command) *clientFlags {
	f := &clientFlags{agentFlags: addAgentFlags(cmd)}
	cmd.Flags().StringArrayVar(&f.redirect, "redirect-uri", nil, "`URI` people may be sent back to; repeatable")
	cmd.Flags().StringArrayVar(&f.postLogout, "post-logout-redirect-uri", nil, "`URI` people may be sent to after signing out; repeatable")
	cmd.Flags().StringArrayVar(&f.serves, "serves", nil, "`URI` of a resource it is the server of: it may introspect tokens for it; repeatable")
	cmd.Flags().StringArrayVar(&f.grants, "grant-type", nil, "authorization_code, refresh_token, client_credentials or that of RFC 8628; repeatable")
	cmd.Flags().BoolVar(&f.firstParty, "first-party", false, "the organisation's own: people are not asked to consent")
	cmd.Flags().BoolVar(&f.requirePKCE, "require-pkce", true, "=false only for an old client with a secret that cannot do PKCE")
	cmd.Flags().BoolVar(&f.requirePAR, "require-par", false, "it has to push its authorization requests (RFC 9126)")
	return f
}

// apply changes what was given.
func (f *clientFlags) apply(cmd *cobra.Command, c *storage.Client) {
	f.agentFlags.apply(cmd, c)
	given := cmd.Flags().Changed
	set(given("redirect-uri"), &c.RedirectURIs, f.redirect)
	set(given("post-logout-redirect-uri"), &c.PostLogoutRedirectURIs, f.postLogout)
	set(given("serves"), &c.Serves, f.serves)
	set(given("grant-type"), &c.GrantTypes, f.grants)
	set(given("first-party"), &c.FirstParty, f.firstParty)
	set(given("require-pkce"), &c.PKCEOptional, !f.requirePKCE)
	set(given("require-par"), &c.RequirePAR, f.requirePAR)
}

func clientChanges(cmd *cobra.Command) func(c *storage.Client) {
	flags := addClientFlags(cmd)
	return func(c *storage.Client) { flags.apply(cmd, c) }
}
