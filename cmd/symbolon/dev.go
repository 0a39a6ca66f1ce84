package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"

	"github.com/symbolon-id/symbolon/config"
)

// dev is what symbolon dev adds to a server; nil in production.
type dev struct{ mailbox *mail.Mailbox }

func (p *program) devCommand() *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use: "dev", Short: "Run a local development server", Args: cobra.NoArgs,
		Long: "Run the server on loopback with demo users, a demo client, a demo agent, a mailbox and a playground.\n" +
			"It needs no configuration, reads the same keys as serve, and accepts only local connections.",
		Example: "  symbolon dev\n  symbolon dev --listen 127.0.0.1:8081 --data second-dev",
	}
	cmd.Flags().StringVar(&data, "data", config.DevData, "`directory` of the database and the secret")
	config.AddFlags(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		conf, err := p.devConfig(cmd, data)
		if err != nil {
			return err
		}
		d := &dev{mailbox: &mail.Mailbox{}}
		server, err := newProcess(cmd.Context(), conf, conf.Log.Logger(cmd.ErrOrStderr(), isTerminal(cmd.ErrOrStderr())), d)
		if err != nil {
			return err
		}
		if err := d.seed(cmd.Context(), server.issuer); err != nil {
			return errors.Join(err, server.close(cmd.Context()))
		}
		return server.run(cmd.Context(), func(net.Addr) { d.greet(cmd.OutOrStdout(), server.issuer) })
	}
	return cmd
}

// devConfig is the configuration with what development needs no one to set: a data directory, a
// secret that stays the same, a sender.
func (p *program) devConfig(cmd *cobra.Command, data string) (config.Config, error) {
	conf, settings, err := p.load(cmd, config.Dev)
	if err != nil {
		return conf, err
	}
	if isDefault(settings, "database_url") {
		conf.DatabaseURL = config.SQLiteScheme + filepath.Join(data, "symbolon.db")
	}
	if isDefault(settings, "metrics_listen") && !free(conf.MetricsListen) {
		conf.MetricsListen = "127.0.0.1:0"
	}
	if conf.MailFrom == "" {
		conf.MailFrom = "Symbolon <symbolon@localhost>"
	}
	if err := conf.Validate(config.Dev); err != nil {
		return conf, hintedError{err, "symbolon config validate"}
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return conf, err
	}
	if conf.Secret == "" {
		if conf.Secret, err = stableSecret(config.DevPath(conf.DatabaseURL, data, "secret")); err != nil {
			return conf, err
		}
	}
	return conf, os.WriteFile(config.DevPath(conf.DatabaseURL, data, "issuer"), []byte(conf.Issuer+"\n"), 0o600)
}

func isDefault(settings []config.Setting, name string) bool {
	for _, s := range settings {
		if s.Name == name {
			return s.Source == config.FromDefault
		}
	}
	return false
}

// free tells whether an address can be listened on: a second server to try out needs no metrics.
func free(address string) bool {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return false
	}
	return l.Close() == nil
}

// stableSecret reads the secret of an earlier run, or makes one.
func stableSecret(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return strings.TrimSpace(string(text)), err
	}
	secret := newSecret()
	return secret, os.WriteFile(path, []byte(secret+"\n"), 0o600)
}

// demoClient is a client whose secret everybody knows. Only symbolon dev makes such.
type demoClient struct{ ID, Secret string }

var (
	demoApp   = demoClient{storage.ClientPrefix + "demo", storage.SecretPrefix + "demo-app-not-for-production"}
	demoAgent = demoClient{storage.AgentPrefix + "demo", storage.SecretPrefix + "demo-agent-not-for-production"}
)

// seed makes the demo users, client and agent, unless they are there from an earlier run.
func (d *dev) seed(ctx context.Context, i *issuer) error {
	now := time.Now()
	for _, name := range []string{"Alice", "Bob", "Carol"} {
		email := strings.ToLower(name) + "@example.com"
		err := i.db.CreateUser(ctx, storage.User{
			ID: storage.UserPrefix + strings.ToLower(name), Name: name, Email: email, EmailVerified: true,
			Profile: demoProfile(name), CreatedAt: now, UpdatedAt: now,
		})
		if err != nil && !errors.Is(err, storage.ErrExists) {
			return fmt.Errorf("demo user: %w", err)
		}
	}
	return errors.Join(
		seedClient(ctx, i.db, demoApp, storage.Client{Kind: storage.KindApp, Name: "Demo app", ClientMetadata: storage.ClientMetadata{
			RedirectURIs: []string{
				"http://localhost/callback", "http://127.0.0.1/callback",
				i.site.URL("/dev/playground/callback"),
			},
			PostLogoutRedirectURIs: []string{i.site.URL("/dev/playground")},
			GrantTypes:             []string{"authorization_code", "refresh_token"},
			Scopes:                 []string{"openid", "profile", "email", "offline_access"},
			Audiences:              []string{config.DemoAudience},
		}}),
		seedClient(ctx, i.db, demoAgent, storage.Client{Kind: storage.KindAgent, Name: "Demo agent", ClientMetadata: storage.ClientMetadata{
			GrantTypes: []string{"client_credentials"},
			Scopes:     []string{"read_weather"},
			Audiences:  []string{config.DemoAudience},
		}}),
	)
}

// demoProfile says something of everything, so that whoever tries a scope sees what it tells.
func demoProfile(name string) storage.Profile {
	at := "https://" + strings.ToLower(name) + ".example"
	return storage.Profile{
		GivenName: name, MiddleName: "D.", FamilyName: "Example", Nickname: name, PreferredUsername: strings.ToLower(name),
		Page: at + "/about", Picture: at + "/picture.png", Website: at, Gender: "not told", Birthdate: "1990-05-17",
		Zoneinfo: "Europe/Berlin", Locale: "en-GB", PhoneNumber: "+12025550123",
		Address: storage.PostalAddress{Street: "Example Street 1", PostalCode: "10115", Locality: "Berlin", Region: "Berlin", Country: "Germany"},
	}
}

func seedClient(ctx context.Context, db *durable.DB, demo demoClient, c storage.Client) error {
	c.ID, c.CreatedAt, c.UpdatedAt = demo.ID, time.Now(), time.Now()
	c.Secrets = []storage.ClientSecret{{
		ID: demo.ID + "_secret", ClientID: demo.ID, Digest: storage.Digest(demo.Secret), CreatedAt: c.CreatedAt,
	}}
	err := db.CreateClient(ctx, c)
	if errors.Is(err, storage.ErrExists) { // the issuer, and with it the playground, may have moved
		var known storage.Client
		known, err = db.Client(ctx, c.ID)
		if err == nil {
			c.UpdatedAt = known.UpdatedAt
			err = db.UpdateClient(ctx, &c)
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.Name, err)
	}
	return nil
}

// greet says what there is to try.
func (d *dev) greet(w io.Writer, i *issuer) {
	fmt.Fprintf(w, `Symbolon is running, for trying out on this machine only.

  Playground   %s
  Mailbox      %s
  Discovery    %s
  Database     %s

  Demo client  %s   secret %s
  Demo agent   %s   secret %s

A token for the agent:

  curl -u %s:%s -d grant_type=client_credentials %s

`,
		i.site.URL("/dev/playground"), i.site.URL("/dev/mail"), i.site.URL("/.well-known/openid-configuration"), config.ShownDatabase(i.config.DatabaseURL),
		demoApp.ID, demoApp.Secret, demoAgent.ID, demoAgent.Secret,
		demoAgent.ID, demoAgent.Secret, i.site.URL("/token"))
}

// host is the only name that development answers to; production answers to whatever leads to it.
func (d *dev) host(site web.Site) (string, error) {
	if d == nil {
		return "", nil
	}
	u, err := url.Parse(site.Issuer)
	if err != nil {
		return "", fmt.Errorf("issuer: %w", err)
	}
	return u.Hostname(), nil
}

// mount adds the mailbox and the playground, in development only.
func (d *dev) mount(i *issuer) {
	if d == nil {
		return
	}
	mux := i.mux.Under(i.site.Base)
	newPlayground(i.site, demoApp, i.pages, i.requests.Browser).Mount(mux)
	mux.Page("GET /dev/mail", func(w http.ResponseWriter, _ *http.Request) error {
		page := templates.DevMail{}
		for _, m := range d.mailbox.Messages() {
			page.Messages = append(page.Messages, templates.DevMessage{To: m.To, Subject: m.Subject, Text: m.Text, At: m.At})
		}
		return i.pages.Render(w, http.StatusOK, page)
	})
	mux.Page("GET /dev/mail.json", func(w http.ResponseWriter, _ *http.Request) error {
		return web.WriteJSON(w, http.StatusOK, append([]mail.Delivered{}, d.mailbox.Messages()...))
	})
}
