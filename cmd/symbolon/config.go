package main

import (
	"net/netip"
	"time"

	"github.com/symbolon-id/symbolon/details"
	"github.com/symbolon-id/symbolon/templates"
)

// Config is everything a deployment chooses. config_keys.go names each key; flags go before the
// environment, the environment before the file, the file before the defaults.
type Config struct {
	Issuer           string
	Listen           string
	MetricsListen    string
	DatabaseURL      string
	RedisURL         string
	Secret           string // one or more, as keys.ParseSecrets reads them
	SMTPURL          string
	MailFrom         string
	TrustedProxies   []netip.Prefix
	TLS              TLS
	HSTS             bool // see strictTransport
	SelfRegistration bool // signing in with an unknown address creates its account
	SignIn           SignIn
	RelatedOrigins   []string // further https origins that use the same passkeys
	Passkeys         Passkeys
	Registration     Registration
	OutboundAllow    []string       // what is not public and may be asked all the same: hosts, networks
	DetailTypes      *details.Types // of authorization details (RFC 9396)
	PKCE             string         // pkceRequired or pkcePublicClients
	Branding         Branding
	Session          Session
	Tokens           TokenTimes
	Keys             KeyTimes
	Audit            Audit
	Log              Log
	Drain            time.Duration // from SIGTERM to the end of the last request
}

// Who has to use PKCE. FAPI 2.0 clients and public ones always have to.
const (
	pkceRequired      = "required"
	pkcePublicClients = "public-clients" // for OpenID Connect clients with a secret that cannot
)

// Branding is what the pages show of the organisation.
type Branding struct {
	Name, Logo, Accent string
	Links              []templates.Link
}

// TokenTimes end tokens. A client's own access_token_ttl goes before AccessTTL and AgentAccessTTL.
type TokenTimes struct {
	AccessTTL, AgentAccessTTL, IDTTL           time.Duration
	RefreshIdle, RefreshAbsolute, RefreshRetry time.Duration
}

// KeyTimes rule the signing keys.
type KeyTimes struct{ RotateAfter time.Duration }

// Log is how the server logs.
type Log struct{ Level, Format string }

// Modes: what a configuration is for decides its defaults and what it must hold.
type mode string

const (
	modeServe   mode = "serve"
	modeDev     mode = "dev"
	modeCommand mode = "command" // any other command: only the database is needed
)

// setting is one effective value, and where it came from.
type setting struct {
	key
	text   string
	source string
}
