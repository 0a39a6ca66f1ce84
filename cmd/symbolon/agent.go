package main

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage"
)

func (p *program) agentCommand() *cobra.Command {
	r := registry{p, "agent", func(d deployment) *clients.Registry { return &newAgents(d).Registry }}
	cmd := group("agent", "Manage agents (service accounts)", `
An agent has a service account of its own: no person signs in. It sends its id and secret to the
token endpoint (grant_type=client_credentials) and gets an access token for the scopes and
audiences registered here, and never more.`, `
  symbolon agent create --name weather-bot --scope read_weather --audience https://api.example
  symbolon agent list`,
		p.agentCreate(), r.update("  symbolon agent update "+r.exampleID()+` --scope "read_weather read_wind"`, agentChanges))
	cmd.AddCommand(r.commands()...)
	return cmd
}

func newAgents(d deployment) *clients.Agents { return clients.NewAgents(d.db, d.audit) }

func (p *program) agentCreate() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Create an agent",
		Example: `  symbolon agent create --name weather-bot --scope "read_weather" --audience https://api.example --json
  symbolon agent create --name nightly --scope report --audience https://a.example --audience https://b.example --expires-in 90d`,
		Args: cobra.NoArgs,
	}
	flags := addAgentFlags(cmd)
	var life durationFlag
	cmd.Flags().Var(&life, "expires-in", "how long its first secret is good for, such as 90d (default: until it is revoked)")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if flags.name == "" {
			return usagef("--name is required")
		}
		return p.withDeployment(cmd, func(ctx context.Context, d deployment) error {
			var c storage.Client
			flags.apply(cmd, &c)
			issued, err := newAgents(d).Create(ctx, d.by, clients.Agent{
				Name: c.Name, ClientMetadata: c.ClientMetadata, SecretExpiresAt: life.from(time.Now()),
			})
			if err != nil {
				return err
			}
			return p.printIssued(cmd, issued)
		})
	}
	return cmd
}

// agentFlags are those that create and update share, for agents and clients.
type agentFlags struct {
	name      string
	scope     []string
	audiences []string
	ttl       durationFlag
	alg       string
	jwksFile  string
	jwks      json.RawMessage
	jwksURI   string
	dpop      bool

	certificate  certificateFlags
	detailTypes  []string
	assertionAlg string
	profile      string
}

func addAgentFlags(cmd *cobra.Command) *agentFlags {
	f := &agentFlags{}
	cmd.Flags().StringVar(&f.name, "name", "", "what people call it")
	cmd.Flags().StringArrayVar(&f.scope, "scope", nil, "all it may be granted, separated by spaces; repeatable")
	cmd.Flags().StringArrayVar(&f.audiences, "audience", nil, "`URI` of a resource its tokens may be for; the first is the default (none: the issuer); repeatable")
	cmd.Flags().Var(&f.ttl, "access-token-ttl", "life of its access tokens, at most 60m (default: as configured)")
	cmd.Flags().StringVar(&f.alg, "signing-alg", "", "RS256 (default), ES256, PS256 or EdDSA")
	cmd.Flags().StringVar(&f.jwksFile, "jwks", "", "`FILE` with its public keys (JWK Set): it authenticates with them, and not by a secret")
	cmd.Flags().StringVar(&f.jwksURI, "jwks-uri", "", "`URL` (https) where it publishes them, instead of --jwks")
	cmd.Flags().StringVar(&f.assertionAlg, "assertion-alg", "", "the algorithm it signs its assertions with (default: any we accept)")
	cmd.Flags().StringVar(&f.profile, "profile", "", "fapi2: every rule of the FAPI 2.0 Security Profile, without exception (docs/fapi.md)")
	cmd.Flags().BoolVar(&f.dpop, "dpop", false, "it has to bind every token to a key of its own (RFC 9449)")
	cmd.Flags().StringArrayVar(&f.detailTypes, "authorization-details-type", nil, "`TYPE` of authorization details it may ask for (RFC 9396); repeatable")
	f.certificate.add(cmd)
	cmd.MarkFlagsMutuallyExclusive("jwks", "jwks-uri")
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) (err error) {
		if cmd.Flags().Changed("jwks") {
			f.jwks, err = readClientKeys(f.jwksFile)
		}
		return err
	}
	return f
}

func (f *agentFlags) scopes() []string { return strings.Fields(strings.Join(f.scope, " ")) }

// apply changes what was given.
func (f *agentFlags) apply(cmd *cobra.Command, c *storage.Client) {
	given := cmd.Flags().Changed
	set(given("name"), &c.Name, f.name)
	set(given("scope"), &c.Scopes, f.scopes())
	setList(given("audience"), &c.Audiences, f.audiences)
	set(given("access-token-ttl"), &c.AccessTokenTTL, time.Duration(f.ttl))
	set(given("signing-alg"), &c.SigningAlg, f.alg)
	set(given("dpop"), &c.DPoPBound, f.dpop)
	set(given("jwks"), &c.JWKS, f.jwks)
	set(given("jwks"), &c.JWKSURI, "")
	set(given("jwks-uri"), &c.JWKSURI, f.jwksURI)
	set(given("jwks-uri"), &c.JWKS, nil)
	set((given("jwks") || given("jwks-uri")) && c.AuthMethod != storage.AuthSelfSignedTLS, &c.AuthMethod, storage.AuthPrivateKeyJWT)
	set(given("assertion-alg"), &c.AssertionAlg, f.assertionAlg)
	set(given("profile"), &c.Profile, f.profile)
	setList(given("authorization-details-type"), &c.DetailTypes, f.detailTypes)
	f.certificate.apply(cmd, c)
}

func agentChanges(cmd *cobra.Command) func(c *storage.Client) {
	flags := addAgentFlags(cmd)
	return func(c *storage.Client) { flags.apply(cmd, c) }
}

// setList takes one empty value for an empty list: nothing else could empty it.
func setList(given bool, field *[]string, values []string) {
	if len(values) == 1 && values[0] == "" {
		values = nil
	}
	set(given, field, values)
}

func set[T any](given bool, field *T, value T) {
	if given {
		*field = value
	}
}
