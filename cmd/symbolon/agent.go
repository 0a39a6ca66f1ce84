package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage"
)

func (p *program) agentCommand() *cobra.Command {
	r := registry{p, "agent", storage.KindAgent, func(d deployment) *clients.Registry { return &newAgents(d).Registry }}
	cmd := group("agent", "Manage agents (service accounts)", `
An agent has a service account of its own: no person signs in. It sends its id and secret to the
token endpoint (grant_type=client_credentials) and gets an access token for the scopes and
audiences registered here, and never more.`, `
  symbolon agent create --name weather-bot --scope read_weather --audience https://api.example
  symbolon agent list`,
		p.agentCreate(), r.update("  symbolon agent update "+r.exampleID()+` --scope "read_weather read_wind"`))
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
	apply := addMetadataFlags(cmd, clients.Metadata().Flags(storage.KindAgent))
	var life durationFlag
	cmd.Flags().Var(&life, "expires-in", "how long its first secret is good for, such as 90d (default: until it is revoked)")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		var c storage.Client
		if apply(&c); c.Name == "" {
			return usagef("--name is required")
		}
		return p.withDeployment(cmd, func(ctx context.Context, d deployment) error {
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
