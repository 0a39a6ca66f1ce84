package config

import (
	"strings"
)

// Key is one key of the configuration. Its field is a pointer to a string, bool, time.Duration,
// []string, []netip.Prefix, []templates.Link or *details.Types of the Config it is given.
type Key struct {
	Name    string // also in the file: "session.idle" is idle under session
	kind    kind
	flag    bool // also a flag of serve, dev and config
	initial string
	usage   string
	field   func(c *Config) any
}

type kind int

const (
	plain    kind = iota
	filePath      // of a file; in the configuration file it counts from there
	secret        // never shown; may come from a file: NAME_file, SYMBOLON_NAME_FILE
	urlKey        // its password is never shown; may come from a file
)

func (k kind) shown() bool { return k == plain || k == filePath }

// env is the key's environment variable.
func (k Key) env() string { return envPrefix + strings.ToUpper(strings.ReplaceAll(k.Name, ".", "_")) }

// flagName is the key's flag, without dashes.
func (k Key) flagName() string { return strings.NewReplacer("_", "-", ".", "-").Replace(k.Name) }

const (
	envPrefix  = "SYMBOLON_"
	fileSuffix = "_file"
)

// Keys are all keys, in the order config show lists them.
func Keys() []Key {
	return []Key{
		{"issuer", plain, true, "", "https URL at which users and apps reach this server", func(c *Config) any { return &c.Issuer }},
		{"listen", plain, true, "127.0.0.1:8080", "address of the public listener", func(c *Config) any { return &c.Listen }},
		{"metrics_listen", plain, true, "127.0.0.1:9090", "address of the listener for metrics and profiles", func(c *Config) any { return &c.MetricsListen }},
		{"database_url", urlKey, true, "sqlite:symbolon.db", "sqlite:PATH or postgres://USER@HOST/NAME", func(c *Config) any { return &c.DatabaseURL }},
		{"redis_url", urlKey, true, "", "redis://HOST:6379; without it, run only one node", func(c *Config) any { return &c.RedisURL }},
		{"secret", secret, false, "", "32 or more random bytes, base64; to rotate, a list with the newest first", func(c *Config) any { return &c.Secret }},
		{"smtp_url", urlKey, true, "", "smtp://USER:PASS@HOST:587 or smtps://…", func(c *Config) any { return &c.SMTPURL }},
		{"mail_from", plain, true, "", "sender of emails", func(c *Config) any { return &c.MailFrom }},
		{"trusted_proxies", plain, true, "", "networks of proxies whose X-Forwarded-For is trusted", func(c *Config) any { return &c.TrustedProxies }},
		{"tls_cert", filePath, true, "", "PEM file with the public listener's certificate and chain; empty: a proxy terminates TLS", func(c *Config) any { return &c.TLS.Cert }},
		{"tls_key", filePath, true, "", "PEM file with the public listener's private key", func(c *Config) any { return &c.TLS.Key }},
		{"mtls_listen", plain, true, "", "address of an additional listener that requests client certificates (RFC 8705)", func(c *Config) any { return &c.TLS.MutualListen }},
		{"mtls_cert", filePath, false, "", "PEM file with the certificate of mtls_listen; empty: tls_cert", func(c *Config) any { return &c.TLS.MutualCert }},
		{"mtls_key", filePath, false, "", "PEM file with the private key of mtls_listen; empty: tls_key", func(c *Config) any { return &c.TLS.MutualKey }},
		{"mtls_url", plain, false, "", "https origin at which clients with certificates reach this server", func(c *Config) any { return &c.TLS.MutualURL }},
		{"client_ca", filePath, false, "", "PEM file with the authorities that issue client certificates", func(c *Config) any { return &c.TLS.ClientCA }},
		{"client_cert_header", plain, false, "", "header in which trusted_proxies pass the client certificate, such as Client-Cert", func(c *Config) any { return &c.TLS.ClientCertHeader }},
		{"hsts", plain, false, "true", "send Strict-Transport-Security when the issuer is https, for a year (RFC 6797)", func(c *Config) any { return &c.HSTS }},
		{"self_registration", plain, true, "false", "create an account when a new email address signs in", func(c *Config) any { return &c.SelfRegistration }},
		{"registration", plain, true, "off", "dynamic client registration (RFC 7591): off, token or open", func(c *Config) any { return &c.Registration.Mode }},
		{"registration_tokens", plain, false, "", "SHA-256 digests of tokens that may register clients, in addition to those of symbolon registration token create", func(c *Config) any { return &c.Registration.Tokens }},
		{"documents.enabled", plain, false, "true", "accept the URL of a client metadata document as client_id", func(c *Config) any { return &c.Registration.Documents }},
		{"documents.allow_hosts", plain, false, "", "hosts of client metadata documents, including subdomains; empty: any", func(c *Config) any { return &c.Registration.AllowHosts }},
		{"documents.deny_hosts", plain, false, "", "hosts whose client metadata documents are rejected; takes precedence over documents.allow_hosts", func(c *Config) any { return &c.Registration.DenyHosts }},
		{"outbound_allow", plain, false, "", "internal hosts and networks that may be contacted for client documents, keys, logos and logout notices, such as apps.corp.example or 10.0.0.0/8", func(c *Config) any { return &c.OutboundAllow }},
		{"unregistered.scopes", plain, false, "openid,profile,email,offline_access", "scopes that self-registered clients may request", func(c *Config) any { return &c.Registration.Scopes }},
		{"unregistered.resources", plain, false, "", "resources (RFC 8707) that self-registered clients may request, such as https://mcp.example/mcp; the first is the default", func(c *Config) any { return &c.Registration.Resources }},
		{"unregistered.authorization_details_types", plain, false, "", "types of authorization details that self-registered clients may request", func(c *Config) any { return &c.Registration.DetailTypes }},
		{"authorization_details_types", plain, false, "", "types of authorization details (RFC 9396): a list of type, sentence and fields; as JSON in an environment variable", func(c *Config) any { return &c.DetailTypes }},
		{"pkce", plain, false, PKCERequired, "clients that must use PKCE: required (all), or public-clients (older clients with a secret may omit it)", func(c *Config) any { return &c.PKCE }},
		{"sign_in.methods", plain, false, "mail,passkey,totp,recovery", "enabled ways to sign in and to confirm a sign-in", func(c *Config) any { return &c.SignIn.Methods }},
		{"sign_in.second_factor_required", plain, false, "false", "require a second factor: email alone is not enough", func(c *Config) any { return &c.SignIn.SecondFactorRequired }},
		{"sign_in.mail_off_for_passkey_users", plain, false, "false", "turn off sign-in by email alone for users with a passkey", func(c *Config) any { return &c.SignIn.MailOffForPasskeyUsers }},
		{"related_origins", plain, false, "", "additional https origins whose pages use the same passkeys", func(c *Config) any { return &c.RelatedOrigins }},
		{"passkeys.user_verification", plain, false, "preferred", "preferred, or required: reject passkeys that do not verify the user by PIN, fingerprint or face", func(c *Config) any { return &c.Passkeys.Verification }},
		{"passkeys.attachment", plain, false, "any", "accepted authenticators: platform (built in), cross-platform (security keys, phones) or any", func(c *Config) any { return &c.Passkeys.Attachment }},
		{"passkeys.algorithms", plain, false, "EdDSA,ES256,RS256", "accepted key algorithms, in order of preference", func(c *Config) any { return &c.Passkeys.Algorithms }},
		{"passkeys.models", plain, false, "", "AAGUIDs of accepted authenticators; empty: any", func(c *Config) any { return &c.Passkeys.Models }},
		{"branding.name", plain, false, "Symbolon", "name on pages and in emails", func(c *Config) any { return &c.Branding.Name }},
		{"branding.logo", filePath, false, "", "file with the logo: SVG or PNG", func(c *Config) any { return &c.Branding.Logo }},
		{"branding.accent", plain, false, "", "color of buttons and links, such as #3355cc", func(c *Config) any { return &c.Branding.Accent }},
		{"links", plain, false, "", "links in the footer of every page, such as privacy and help: a list of title and url; as JSON in an environment variable", func(c *Config) any { return &c.Branding.Links }},
		{"session.idle", plain, false, "24h", "time without activity after which a session ends", func(c *Config) any { return &c.Session.Idle }},
		{"session.absolute", plain, false, "14d", "maximum lifetime of a session", func(c *Config) any { return &c.Session.Absolute }},
		{"session.binding", plain, false, "browser", "what a session cookie is bound to: browser, network (and browser) or off", func(c *Config) any { return &c.Session.Binding }},
		{"session_management", plain, false, "false", "let apps check in a frame whether the user is still signed in (requires third-party cookies)", func(c *Config) any { return &c.Session.Management }},
		{"tokens.access_ttl", plain, false, "10m", "lifetime of users' access tokens, up to 60m", func(c *Config) any { return &c.Tokens.AccessTTL }},
		{"tokens.agent_access_ttl", plain, false, "15m", "lifetime of agents' access tokens, up to 60m", func(c *Config) any { return &c.Tokens.AgentAccessTTL }},
		{"tokens.id_ttl", plain, false, "1h", "lifetime of ID tokens", func(c *Config) any { return &c.Tokens.IDTTL }},
		{"tokens.refresh_idle", plain, false, "30d", "time without use after which a refresh token expires", func(c *Config) any { return &c.Tokens.RefreshIdle }},
		{"tokens.refresh_absolute", plain, false, "90d", "maximum lifetime of a grant; users must then allow the app again", func(c *Config) any { return &c.Tokens.RefreshAbsolute }},
		{"tokens.refresh_retry", plain, false, "30s", "time during which a refresh with a lost response can be repeated, up to 300s", func(c *Config) any { return &c.Tokens.RefreshRetry }},
		{"keys.rotate_after", plain, false, "90d", "age at which a signing key is replaced", func(c *Config) any { return &c.Keys.RotateAfter }},
		{"audit.retention", plain, false, "400d,refused=90d,token.issue=30d,token.refresh=30d,mail_link.send=30d", "how long audit events are kept: in general, for refusals, and for single event types", func(c *Config) any { return &c.Audit.Retention }},
		{"audit.checkpoint_interval", plain, false, "1m", "how often new audit events are put under a signed checkpoint, from 10s to 1d", func(c *Config) any { return &c.Audit.CheckpointInterval }},
		{"log.level", plain, true, "info", "debug, info, warn or error", func(c *Config) any { return &c.Log.Level }},
		{"log.format", plain, true, "auto", "json, text, or auto (text on a terminal)", func(c *Config) any { return &c.Log.Format }},
		{"drain", plain, false, "10s", "time for requests to finish after SIGTERM", func(c *Config) any { return &c.Drain }},
	}
}

// devDefaults returns those that differ from production's: symbolon dev needs no configuration at all.
func devDefaults() map[string]string {
	return map[string]string{
		"issuer":                 "http://localhost:8080",
		"database_url":           "sqlite:symbolon-dev/symbolon.db",
		"self_registration":      "true",
		"registration":           "open",
		"unregistered.resources": DemoAudience,
		"drain":                  "1s",
	}
}
