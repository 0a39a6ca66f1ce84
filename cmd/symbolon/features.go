package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/account"
	"github.com/symbolon-id/symbolon/consent"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/devuser"
	"github.com/symbolon-id/symbolon/login/magiclink"
	"github.com/symbolon-id/symbolon/login/passkey"
	"github.com/symbolon-id/symbolon/login/recovery"
	"github.com/symbolon-id/symbolon/login/totp"
	"github.com/symbolon-id/symbolon/logout"
	"github.com/symbolon-id/symbolon/provider"
	"github.com/symbolon-id/symbolon/registration"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"

	"github.com/symbolon-id/symbolon/config"
)

// buildFeatures builds what people and applications came for. A new login method is one line in
// methods, a new interaction one element of Interactions.
func (n *node) buildFeatures(_ context.Context, d *dev) (err error) {
	limiter := web.Limiter{Counter: n.counter}
	requests := &interaction.Store{Ephemeral: n.ephemeral, Browser: n.browser, Limiter: n.parkLimiter()}
	n.login = login.New(login.Options{
		Site: n.site, Methods: n.methods(limiter, d), Policy: n.config.SignIn.Policy(), Users: n.db,
		Failures: n.db, Sessions: n.sessions, Requests: requests, Pages: n.pages, Audit: n.audit,
		Offer: passkey.OfferPath, Enrol: "/account/passkeys", Others: account.OthersPath,
		Notices: notices{n.queue, n.pages}, Devices: n.db,
	})
	n.account = n.accountArea(limiter, n.passkeys)
	clients := n.clients()
	n.consent = &consent.Asker{
		Site: n.site, Store: n.db, Sessions: n.sessions, Requests: requests, Pages: n.pages, Audit: n.audit,
		Details: n.config.DetailTypes,
		Clients: clients, SelfRegistered: registration.Prefix, KnownHosts: n.config.Registration.AllowHosts, LogoURL: clients.Logos.URL,
		Connected: n.notifyConnected,
	}
	conf := providerConfig(n.config, d != nil)
	if conf.ClientCAs, err = n.config.TLS.ClientCAs(); err != nil {
		return err
	}
	deps := provider.Deps{
		Clients: clients, ClientKeys: n.clientKeys(), Grants: n.db, Tokens: n.db, Keys: n.ring, Sealer: n.sealer, PairwiseSalt: n.salt,
		BehindOnSecrets: func(ctx context.Context) (bool, error) {
			return keys.BehindOnSecrets(ctx, n.db, n.sealer, pairwiseSalt)
		},
		Sessions: n.sessions, Requests: requests, Interactions: []provider.Interaction{n.login, n.consent},
		Pages: n.pages, Audit: n.audit, Metrics: n.metrics, SecretUse: n.lastUsed, Limiter: &limiter,
		Connected: n.notifyConnected,
	}
	if n.passkeys != nil {
		deps.Signals = n.enrolment().Signals
	}
	n.provider, err = provider.New(conf, deps)
	n.logouts = &logout.Worker{
		Store: n.db, Tokens: n.provider, Post: n.notices, Log: n.log,
		Report: func(o logout.Outcome) { n.metrics.LogoutNotice(string(o)) },
	}
	return err
}

// methods are the ways to sign in, in the order the page offers them and then those that confirm,
// without those that are switched off.
func (n *node) methods(limiter web.Limiter, d *dev) []login.Method {
	methods := []login.Method{
		&magiclink.Method{
			Registration: n.config.SelfRegistration, Ephemeral: n.ephemeral,
			Mailer: n.queue, Letters: n.pages, Limiter: limiter, Failures: n.db,
		},
	}
	if n.passkeys != nil {
		methods = append(methods, n.passkeyMethod())
	}
	methods = append(methods,
		&totp.Method{Store: n.db, Sealer: n.sealer},
		&recovery.Method{Store: n.db, Notices: notices{n.queue, n.pages}, Link: n.config.Issuer + "/account/codes"},
		n.recoverLinks(),
	)
	if d != nil {
		methods = append(methods, &devuser.Method{Users: n.db})
	}
	return slices.DeleteFunc(methods, func(m login.Method) bool { return n.config.SignIn.Off(m.Name()) })
}

func providerConfig(c config.Config, dev bool) provider.Config {
	return provider.Config{
		Issuer: c.Issuer, AccessTokenTTL: c.Tokens.AccessTTL, AgentAccessTokenTTL: c.Tokens.AgentAccessTTL,
		IDTokenTTL: c.Tokens.IDTTL, CodeTTL: time.Minute, RefreshIdle: c.Tokens.RefreshIdle,
		RefreshAbsolute: c.Tokens.RefreshAbsolute, RefreshRetry: c.Tokens.RefreshRetry, Dev: dev,
		PKCEPublicOnly: c.PKCE == config.PKCEPublicClients,
		Registration:   c.Registration.Mode != config.RegistrationOff, ClientDocuments: c.Registration.Documents,
		SessionManagement: c.Session.Management,
		ACRValues:         []string{login.ACRMail, login.ACRPasskey, login.ACRMFA, login.ACRPHR},
		DetailTypes:       c.DetailTypes, MutualTLS: c.TLS.Mutual(), MutualURL: c.TLS.MutualURL,
	}
}

// mount gives every feature its routes.
func (n *node) mount(issuer *url.URL, d *dev) {
	n.health = web.NewHealth(n.checks()...)
	origin := issuer.Scheme + "://" + issuer.Host
	n.mux = web.NewMux(web.MuxOptions{
		Host:      d.host(issuer),
		ErrorPage: n.errorPage, Log: n.log, Metrics: n.metrics, Proxies: n.config.TrustedProxies,
		CertificateHeader: n.config.TLS.ClientCertHeader, StrictTransport: n.config.StrictTransport(),
		Origin: origin, Language: n.pages.Language(n.browser.Secure), Hints: d != nil,
	})
	n.mux.Plain("GET /livez", n.health.Live())
	n.mux.Plain("GET /readyz", n.health.Ready())
	n.mux.Page("GET "+n.base+"/{$}", func(w http.ResponseWriter, _ *http.Request) error { return web.Redirect(w, n.base+"/account") })
	n.mux.Static(n.base+templates.StaticPrefix, n.pages.Static())
	n.mux.Static(n.base+"/language", n.pages.Choose(origin, n.browser.Secure))
	n.login.Mount(n.mux.Under(n.site.Base))
	n.account.Mount(n.mux.Under(n.site.Base))
	passkey.WellKnown{Site: n.site, RelyingParty: n.passkeys}.Mount(n.mux)
	n.consent.Mount(n.mux.Under(n.site.Base))
	n.provider.Mount(n.mux)
	n.mountRegistration()
	if d != nil {
		n.mountDev(d)
	}
}

func (n *node) checks() []web.Check {
	checks := []web.Check{
		{Reason: "database", Hard: true, Probe: n.db.Ready},
		{Reason: "signing_key", Hard: true, Probe: func(context.Context) error { return n.ring.Ready() }},
		{Reason: "smtp", Probe: func(context.Context) error {
			if n.worker.Failing() {
				return errors.New("mail is not delivered")
			}
			return nil
		}},
	}
	checks = append(checks, web.Check{Reason: "clock", Probe: n.clock.Check})
	if n.redis != nil {
		checks = append(checks, web.Check{Reason: "redis", Probe: n.redis.Ping})
	}
	return checks
}
