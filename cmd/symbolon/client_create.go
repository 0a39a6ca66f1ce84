package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/clients/apps"
	"github.com/symbolon-id/symbolon/config"
	"github.com/symbolon-id/symbolon/storage"
)

func (p *program) clientCreate() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Create a client",
		Long: `By default a client may use the authorization_code and refresh_token grants and request the scopes
openid, profile, email and offline_access. A public client (--public) runs where a secret cannot be
kept, such as on the user's device. Clients with --jwks authenticate with private_key_jwt instead of
a secret. Clients with --tls-… flags authenticate with a certificate. Neither kind gets a secret, and
no weaker method is accepted.

With --app everything a known application needs is registered, and its own configuration is printed
as well, filled in; other flags change what is registered.`,
		Example: `  symbolon client create --name Grafana --redirect-uri https://grafana.example/login/generic_oauth --first-party
  symbolon client create --app grafana --url https://grafana.example --issuer https://login.example
  symbolon client create --app list
  symbolon client create --id legacy-wiki --name Wiki --redirect-uri https://wiki.example/cb
  symbolon client create --name my-cli --public --redirect-uri http://127.0.0.1/callback --json
  symbolon client create --name Bank --redirect-uri https://bank.example/cb --jwks bank.jwks.json --profile fapi2`,
		Args: cobra.NoArgs,
	}
	apply := addMetadataFlags(cmd, clients.Metadata().Flags(storage.KindApp))
	id := cmd.Flags().String("id", "", "its client_id, where the application or an earlier server has settled it (default: a new one)")
	public := cmd.Flags().Bool("public", false, "it cannot keep a secret")
	var life durationFlag
	cmd.Flags().Var(&life, "expires-in", "how long its first secret is good for, such as 90d (default: until it is revoked)")
	known := addAppFlags(cmd)
	config.AddFlags(cmd.Flags(), "issuer")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if known.name == "list" {
			return p.listApplications(cmd)
		}
		app, err := known.choose()
		if err != nil {
			return err
		}
		client := storage.Client{ID: *id, ClientMetadata: storage.ClientMetadata{Public: *public}}
		if app != nil {
			client = app.Client(known.url)
			client.ID = *id
		}
		apply(&client)
		switch {
		case client.Name == "":
			return usagef("--name is required: users see it on the consent page")
		case client.Public && client.AuthMethod != "":
			return usagef("--public excludes --jwks and --tls-…: who keeps a key can prove itself")
		}
		return p.withDeployment(cmd, func(ctx context.Context, d deployment) error {
			return p.createClient(ctx, cmd, d, newClient{client, life.from(time.Now()), app, known.url})
		})
	}
	return cmd
}

// newClient is a client to be made, for a known application unless app is nil.
type newClient struct {
	storage.Client
	secretExpiresAt time.Time
	app             *apps.Application
	url             string // of the application
}

func (p *program) createClient(ctx context.Context, cmd *cobra.Command, d deployment, c newClient) error {
	if c.app != nil {
		if err := config.CheckServeIssuer(d.config.Issuer); err != nil {
			return hintedError{err, cmd.CommandPath() + " --app " + c.app.Name + " --issuer https://login.example"}
		}
	}
	issued, err := newApps(d).Create(ctx, d.by, clients.App{
		ID: c.ID, Name: c.Name, ClientMetadata: c.ClientMetadata, SecretExpiresAt: c.secretExpiresAt,
	})
	if err != nil {
		return err
	}
	if issued.Client.LogoURI != "" {
		d.keepLogo(ctx, cmd, issued.Client)
	}
	if c.app == nil {
		return p.printIssued(cmd, issued)
	}
	text, err := c.app.Configuration(apps.Values{
		Issuer: d.config.Issuer, URL: c.url, ClientID: issued.Client.ID, ClientSecret: issued.Bearer,
	})
	if err != nil {
		return err
	}
	return p.printForApp(cmd, issued, appView{c.app.Name, c.app.File, text, c.app.Note, c.app.Follows})
}

// printForApp shows a new client, and what the application has to be told.
func (p *program) printForApp(cmd *cobra.Command, issued clients.Issued, app appView) error {
	if issued.Bearer != "" {
		say(cmd, "Keep the secret now: it is not shown again.")
	}
	if app.Note != "" {
		say(cmd, "%s", app.Note)
	}
	view := viewIssued(issued)
	view.app = &app
	if err := p.print(cmd, view, view.write); err != nil || p.json {
		return err
	}
	app.write(cmd.OutOrStdout())
	return nil
}
