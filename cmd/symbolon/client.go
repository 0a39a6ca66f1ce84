package main

import (
	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage"
)

func (p *program) clientCommand() *cobra.Command {
	r := registry{p, "client", storage.KindApp, func(d deployment) *clients.Registry { return &newApps(d).Registry }}
	cmd := group("client", "Manage clients (apps that users sign in to)", `
A client sends people here to sign in and gets tokens for them (authorization code with PKCE).
Redirect URIs are matched byte for byte; only the port of a loopback address may differ.`, `
  symbolon client create --name Grafana --redirect-uri https://grafana.example/login/generic_oauth
  symbolon client list`,
		p.clientCreate(), r.update("  symbolon client update "+r.exampleID()+" --redirect-uri https://app.example/cb"))
	cmd.AddCommand(append(r.commands(), clientSchema())...)
	return cmd
}

func newApps(d deployment) *clients.Apps { return clients.NewApps(d.db, d.audit) }
