package server

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/account"
	"github.com/symbolon-id/symbolon/config"
	"github.com/symbolon-id/symbolon/consent"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/devuser"
	"github.com/symbolon-id/symbolon/login/magiclink"
	"github.com/symbolon-id/symbolon/login/passkey"
	"github.com/symbolon-id/symbolon/login/recoverlink"
	"github.com/symbolon-id/symbolon/login/recovery"
	"github.com/symbolon-id/symbolon/login/totp"
	"github.com/symbolon-id/symbolon/logout"
	"github.com/symbolon-id/symbolon/outbound"
	"github.com/symbolon-id/symbolon/provider"
	"github.com/symbolon-id/symbolon/registration"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// buildFeatures builds what people and applications came for. A new login method is one line in
// methods, a new interaction one element of Interactions.
func (i *issuer) buildFeatures(_ context.Context, _ *durable.DB) (err error) {
	var posts *outbound.Client // of logouts
	if i.registered, i.strangers, posts, err = i.config.Fetchers(i.dev != nil); err != nil {
		return err
	}
	i.login = login.New(login.Options{
		Site: i.site, Methods: i.methods(), Policy: i.config.SignIn.Policy(), Users: i.db,
		Failures: i.db, Sessions: i.sessions, Requests: i.requests, Pages: i.pages, Audit: i.audit,
		Offer: passkey.OfferPath, Enrol: "/account/passkeys", Others: account.OthersPath,
		Notices: i.notices, Devices: i.db,
	})
	i.account = i.accountArea()
	clients := i.clients()
	i.consent = &consent.Asker{
		Site: i.site, Store: i.db, Sessions: i.sessions, Requests: i.requests, Pages: i.pages, Audit: i.audit,
		Details: i.config.DetailTypes,
		Clients: clients, SelfRegistered: registration.Prefix, KnownHosts: i.config.Registration.AllowHosts, LogoURL: clients.Logos.URL,
		Connected: i.notices.connected,
	}
	conf := providerConfig(i.config, i.dev != nil)
	if conf.ClientCAs, err = i.config.TLS.ClientCAs(); err != nil {
		return err
	}
	deps := provider.Deps{
		Clients: clients, ClientKeys: &registration.KeySets{Fetch: i.registered, Limiter: i.limiter}, Grants: i.db, Tokens: i.db, Keys: i.ring, Sealer: i.sealer, PairwiseSalt: i.salt,
		BehindOnSecrets: func(ctx context.Context) (bool, error) {
			return keys.BehindOnSecrets(ctx, i.db, i.sealer, pairwiseSalt)
		},
		Sessions: i.sessions, Requests: i.requests, Interactions: []provider.Interaction{i.login, i.consent},
		Pages: i.pages, Audit: i.audit, Metrics: i.metrics, SecretUse: i.lastUsed, Limiter: &i.limiter,
		Connected: i.notices.connected,
	}
	if i.passkeys != nil {
		deps.Signals = i.enrolment().Signals
	}
	i.provider, err = provider.New(conf, deps)
	i.logouts = &logout.Worker{
		Store: i.db, Tokens: i.provider, Post: posts, Log: i.log,
		Report: func(o logout.Outcome) { i.metrics.LogoutNotice(string(o)) },
	}
	return err
}

// methods are the ways to sign in, in the order the page offers them and then those that confirm,
// without those that are switched off.
func (i *issuer) methods() []login.Method {
	methods := []login.Method{
		&magiclink.Method{
			Registration: i.config.SelfRegistration, Ephemeral: i.ephemeral,
			Mailer: i.notices.queue, Letters: i.pages, Limiter: i.limiter, Failures: i.db,
		},
	}
	if i.passkeys != nil {
		methods = append(methods, i.passkeyMethod())
	}
	methods = append(methods,
		&totp.Method{Store: i.db, Sealer: i.sealer},
		&recovery.Method{Store: i.db, Notices: i.notices, Link: i.site.URL("/account/codes")},
		&recoverlink.Method{Users: i.db, Sealer: i.sealer},
	)
	if i.dev != nil {
		methods = append(methods, &devuser.Method{Users: i.db})
	}
	return slices.DeleteFunc(methods, func(m login.Method) bool { return i.config.SignIn.Off(m.Name()) })
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
func (i *issuer) mount() error {
	origin, secure := i.site.Origin(), i.site.Secure()
	host, err := i.dev.host(i.site)
	if err != nil {
		return err
	}
	refused := errorPages{i.pages, i.sessions, i.site}
	i.mux = web.NewMux(web.MuxOptions{
		Host:      host,
		ErrorPage: refused.show, Log: i.log, Metrics: i.metrics, Proxies: i.config.TrustedProxies,
		CertificateHeader: i.config.TLS.ClientCertHeader, StrictTransport: i.config.StrictTransport(),
		Origin: origin, Language: i.pages.Language(secure), Hints: i.dev != nil,
	})
	i.mux.Page("GET "+i.site.Path("/{$}"), func(w http.ResponseWriter, _ *http.Request) error { return web.Redirect(w, i.site.Path("/account")) })
	i.mux.Static(i.site.Path(templates.StaticPrefix), i.pages.Static())
	i.mux.Static(i.site.Path("/language"), i.pages.Choose(origin, secure))
	within := i.mux.Under(i.site.Base)
	i.login.Mount(within)
	i.account.Mount(within)
	i.consent.Mount(within)
	i.provider.Mount(i.mux)
	passkey.WellKnown{Site: i.site, RelyingParty: i.passkeys}.Mount(i.mux)
	i.mountRegistration()
	i.dev.mount(i)
	return nil
}
