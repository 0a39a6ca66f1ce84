package config

import (
	"errors"
	"net/netip"
	"time"

	"github.com/symbolon-id/symbolon/details"
	"github.com/symbolon-id/symbolon/templates"
)

// Config is everything a deployment chooses: what its process needs, and the authorization server that
// it runs. keys.go names each key; flags go before the environment, the environment before the file,
// the file before the defaults.
type Config struct {
	AuthorizationServer

	Listen         string
	MetricsListen  string
	DatabaseURL    string
	RedisURL       string
	Secret         string // one or more, as keys.ParseSecrets reads them
	SMTPURL        string
	TrustedProxies []netip.Prefix
	TLS            TLS
	OutboundAllow  []string // what is not public and may be asked all the same: hosts, networks
	Audit          Audit
	Log            Log
	Drain          time.Duration // from SIGTERM to the end of the last request
}

// AuthorizationServer is what belongs to one issuer, however many a process serves.
type AuthorizationServer struct {
	Issuer           string
	MailFrom         string
	HSTS             bool // see StrictTransport
	SelfRegistration bool // signing in with an unknown address creates its account
	SignIn           SignIn
	RelatedOrigins   []string // further https origins that use the same passkeys
	Passkeys         Passkeys
	Registration     Registration
	DetailTypes      *details.Types // of authorization details (RFC 9396)
	PKCE             string         // PKCERequired or PKCEPublicClients
	Branding         Branding
	Session          Session
	Tokens           TokenTimes
	Keys             KeyTimes
}

// Who has to use PKCE. FAPI 2.0 clients and public ones always have to.
const (
	PKCERequired      = "required"
	PKCEPublicClients = "public-clients" // for OpenID Connect clients with a secret that cannot
)

// Branding is what the pages show of the organisation.
type Branding struct {
	Name, Logo, Accent string
	Links              []templates.Link
}

// TokenTimes is when tokens end. A client's own access_token_ttl goes before AccessTTL and AgentAccessTTL.
type TokenTimes struct {
	AccessTTL, AgentAccessTTL, IDTTL           time.Duration
	RefreshIdle, RefreshAbsolute, RefreshRetry time.Duration
}

// KeyTimes is when the signing keys change.
type KeyTimes struct{ RotateAfter time.Duration }

// Log is how the server logs.
type Log struct{ Level, Format string }

// Mode is what a configuration is for: it decides its defaults and what it must hold.
type Mode string

const (
	Serve   Mode = "serve"
	Dev     Mode = "dev"
	Command Mode = "command" // any other command: only the database is needed
)

// Setting is one effective value, and where it came from.
type Setting struct {
	Key
	text   string
	Source string
}

// Hints are what a usable configuration may still lack: config validate says them, serve logs them.
func (c Config) Hints() []string {
	var hints []string
	if c.RedisURL == "" {
		hints = append(hints, "no redis_url: pending sign-ins are kept in this process's memory, so run only one node")
	}
	if len(c.TrustedProxies) == 0 && c.TLS.Cert == "" {
		hints = append(hints, "no trusted_proxies: behind a proxy all users share one address and its limits; add the proxy's network")
	}
	return hints
}

func (t TokenTimes) check() error {
	const most = time.Hour
	switch {
	case t.AccessTTL < 30*time.Second || t.AccessTTL > most || t.AgentAccessTTL < 30*time.Second || t.AgentAccessTTL > most:
		return errors.New("tokens.access_ttl and tokens.agent_access_ttl must be between 30s and 60m (a leaked token stays valid that long)")
	case t.IDTTL < time.Minute || t.IDTTL > 24*time.Hour:
		return errors.New("tokens.id_ttl must be between 1m and 24h")
	case t.RefreshRetry > 300*time.Second:
		return errors.New("tokens.refresh_retry must be at most 300s (a stolen refresh token can go unnoticed that long)")
	case t.RefreshIdle < t.AccessTTL || t.RefreshAbsolute < t.RefreshIdle:
		return errors.New("tokens.refresh_idle must be at least tokens.access_ttl, and tokens.refresh_absolute at least tokens.refresh_idle")
	}
	return nil
}

func (k KeyTimes) check() error {
	if k.RotateAfter < 24*time.Hour {
		return errors.New("keys.rotate_after must be at least 1d (clients cache the key set)")
	}
	return nil
}
