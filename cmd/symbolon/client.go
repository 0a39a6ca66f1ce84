package main

import (
	"time"

	"github.com/spf13/cobra"
	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage"
)

func (p *program) clientCommand() *cobra.Command {
	r := registry{p, "client", func(d deployment) *clients.Registry { return &newApps(d).Registry }}
	cmd := group("client", "Manage clients (apps that users sign in to)", `
A client sends people here to sign in and gets tokens for them (authorization code with PKCE).
Redirect URIs are matched byte for byte; only the port of a loopback address may differ.`, `
  symbolon client create --name Grafana --redirect-uri https://grafana.example/login/generic_oauth
  symbolon client list`,
		p.clientCreate(), r.update("  symbolon client update "+r.exampleID()+" --redirect-uri https://app.example/cb", clientChanges))
	cmd.AddCommand(r.commands()...)
	return cmd
}

func newApps(d deployment) *clients.Apps { return clients.NewApps(d.db, d.audit) }

// clientFlags are those that client create and update share.
type clientFlags struct {
	*agentFlags
	*openidFlags
	redirect, postLogout, serves, grants []string
	firstParty, requirePKCE              bool
	requirePAR, requireSigned, approved  bool
	requestAlg, responseAlg, introAlg    string
	links                                storage.ClientLinks
	logout                               logoutFlags
	refreshRetry                         durationFlag
}

func addClientFlags(cmd *cobra.Command) *clientFlags {
	f := &clientFlags{agentFlags: addAgentFlags(cmd), openidFlags: addOpenIDFlags(cmd)}
	cmd.Flags().StringArrayVar(&f.redirect, "redirect-uri", nil, "`URI` people may be sent back to; repeatable")
	cmd.Flags().StringArrayVar(&f.postLogout, "post-logout-redirect-uri", nil, "`URI` people may be sent to after signing out; repeatable")
	cmd.Flags().StringArrayVar(&f.serves, "serves", nil, "`URI` of a resource it is the server of: it may introspect tokens for it; repeatable")
	cmd.Flags().StringArrayVar(&f.grants, "grant-type", nil, "authorization_code, refresh_token, client_credentials or that of RFC 8628; repeatable")
	cmd.Flags().BoolVar(&f.firstParty, "first-party", false, "the organisation's own: people are not asked to consent")
	cmd.Flags().BoolVar(&f.requirePKCE, "require-pkce", true, "=false only for an old client with a secret that cannot do PKCE")
	cmd.Flags().BoolVar(&f.approved, "approved", false, "you have looked at it: people are told so, until it changes (for software that came by itself)")
	cmd.Flags().StringVar(&f.links.ClientURI, "client-uri", "", "https `URL` of its site, shown to people who are asked to allow it")
	cmd.Flags().StringVar(&f.links.LogoURI, "logo-uri", "", "https `URL` of its logo (PNG, JPEG or GIF, at most 100 KB), fetched once")
	cmd.Flags().StringVar(&f.links.PolicyURI, "policy-uri", "", "https `URL` of its privacy policy")
	cmd.Flags().StringVar(&f.links.TOSURI, "tos-uri", "", "https `URL` of its terms")
	cmd.Flags().BoolVar(&f.requirePAR, "require-par", false, "it has to push its authorization requests (RFC 9126)")
	cmd.Flags().BoolVar(&f.requireSigned, "require-signed-request", false, "it has to sign its authorization requests (RFC 9101)")
	cmd.Flags().StringVar(&f.requestAlg, "request-alg", "", "the algorithm it signs them with, or none (default: any we accept)")
	cmd.Flags().StringVar(&f.responseAlg, "response-alg", "", "it may ask for signed authorization responses (JARM), made with this algorithm")
	cmd.Flags().StringVar(&f.introAlg, "introspection-alg", "", "the algorithm of signed introspection responses (RFC 9701; default RS256, with --profile that of its tokens)")
	cmd.Flags().Var(&f.refreshRetry, "refresh-retry", "for so long a used refresh token gives its successor again, at most 30m: for programs whose processes share a store (default: as configured)")
	f.logout.add(cmd)
	return f
}

// apply changes what was given.
func (f *clientFlags) apply(cmd *cobra.Command, c *storage.Client) {
	f.agentFlags.apply(cmd, c)
	f.openidFlags.apply(cmd, c)
	given := cmd.Flags().Changed
	setList(given("redirect-uri"), &c.RedirectURIs, f.redirect)
	setList(given("post-logout-redirect-uri"), &c.PostLogoutRedirectURIs, f.postLogout)
	setList(given("serves"), &c.Serves, f.serves)
	set(given("grant-type"), &c.GrantTypes, f.grants)
	set(given("first-party"), &c.FirstParty, f.firstParty)
	set(given("require-pkce"), &c.PKCEOptional, !f.requirePKCE)
	set(given("require-par"), &c.RequirePAR, f.requirePAR)
	set(given("require-signed-request"), &c.RequireSigned, f.requireSigned)
	set(given("request-alg"), &c.RequestAlg, f.requestAlg)
	set(given("response-alg"), &c.ResponseAlg, f.responseAlg)
	set(given("introspection-alg"), &c.IntrospectionAlg, f.introAlg)
	f.logout.apply(cmd, c)
	set(given("refresh-retry"), &c.RefreshRetry, time.Duration(f.refreshRetry))
	set(given("approved"), &c.Approved, f.approved)
	set(given("client-uri"), &c.ClientURI, f.links.ClientURI)
	set(given("logo-uri"), &c.LogoURI, f.links.LogoURI)
	set(given("policy-uri"), &c.PolicyURI, f.links.PolicyURI)
	set(given("tos-uri"), &c.TOSURI, f.links.TOSURI)
}

func clientChanges(cmd *cobra.Command) func(c *storage.Client) {
	flags := addClientFlags(cmd)
	return func(c *storage.Client) { flags.apply(cmd, c) }
}
