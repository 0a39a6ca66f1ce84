package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/config"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// Dev is what symbolon dev adds to a server; nil in production.
type Dev struct{ Mailbox *mail.Mailbox }

// demoClient is a client whose secret everybody knows. Only symbolon dev makes such.
type demoClient struct{ ID, Secret string }

var (
	demoApp   = demoClient{storage.ClientPrefix + "demo", storage.SecretPrefix + "demo-app-not-for-production"}
	demoAgent = demoClient{storage.AgentPrefix + "demo", storage.SecretPrefix + "demo-agent-not-for-production"}
)

// Seed makes the demo users, client and agent, unless they are there from an earlier run.
func (d *Dev) Seed(ctx context.Context, i *issuer) error {
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

// demoProfile says something of everything, so that a scope that is tried shows what it has.
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

// Greet says what there is to try.
func (d *Dev) Greet(w io.Writer, i *issuer) {
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
func (d *Dev) host(site web.Site) (string, error) {
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
func (d *Dev) mount(i *issuer) {
	if d == nil {
		return
	}
	mux := i.mux.Under(i.site.Base)
	newPlayground(i.site, demoApp, i.pages, i.requests.Browser).Mount(mux)
	mux.Page("GET /dev/mail", func(w http.ResponseWriter, _ *http.Request) error {
		page := templates.DevMail{}
		for _, m := range d.Mailbox.Messages() {
			page.Messages = append(page.Messages, templates.DevMessage{To: m.To, Subject: m.Subject, Text: m.Text, At: m.At})
		}
		return i.pages.Render(w, http.StatusOK, page)
	})
	mux.Page("GET /dev/mail.json", func(w http.ResponseWriter, _ *http.Request) error {
		return web.WriteJSON(w, http.StatusOK, append([]mail.Delivered{}, d.Mailbox.Messages()...))
	})
}
