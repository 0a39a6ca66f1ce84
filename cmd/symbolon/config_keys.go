package main

import "strings"

// key is one key of the configuration. Its field is a pointer to a string, bool, time.Duration,
// []string, []netip.Prefix, []templates.Link or *details.Types of the Config it is given.
type key struct {
	name    string // also in the file: "session.idle" is idle under session
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
func (k key) env() string { return envPrefix + strings.ToUpper(strings.ReplaceAll(k.name, ".", "_")) }

// flagName is the key's flag, without dashes.
func (k key) flagName() string { return strings.NewReplacer("_", "-", ".", "-").Replace(k.name) }

const (
	envPrefix  = "SYMBOLON_"
	fileSuffix = "_file"
)

// configKeys are all keys, in the order config show lists them.
func configKeys() []key {
	return []key{
		{"issuer", plain, true, "", "URL people and applications reach this server at", func(c *Config) any { return &c.Issuer }},
		{"listen", plain, true, "127.0.0.1:8080", "address of the public listener", func(c *Config) any { return &c.Listen }},
		{"metrics_listen", plain, true, "127.0.0.1:9090", "address of the listener for metrics and profiles", func(c *Config) any { return &c.MetricsListen }},
		{"database_url", urlKey, true, "sqlite:symbolon.db", "sqlite:PATH or postgres://USER@HOST/NAME", func(c *Config) any { return &c.DatabaseURL }},
		{"redis_url", urlKey, true, "", "redis://HOST:6379; without it this can be the only node", func(c *Config) any { return &c.RedisURL }},
		{"secret", secret, false, "", "32 or more random bytes as base64; a list rotates it, newest first", func(c *Config) any { return &c.Secret }},
		{"smtp_url", urlKey, true, "", "smtp://USER:PASS@HOST:587 or smtps://…", func(c *Config) any { return &c.SMTPURL }},
		{"mail_from", plain, true, "", "sender of our mails", func(c *Config) any { return &c.MailFrom }},
		{"trusted_proxies", plain, true, "", "networks whose X-Forwarded-For is believed", func(c *Config) any { return &c.TrustedProxies }},
		{"tls_cert", filePath, true, "", "file of the public listener's certificate and chain (PEM); empty: a proxy ends TLS", func(c *Config) any { return &c.TLS.Cert }},
		{"tls_key", filePath, true, "", "file of its private key (PEM)", func(c *Config) any { return &c.TLS.Key }},
		{"mtls_listen", plain, true, "", "address of a further listener, which asks clients for certificates (RFC 8705)", func(c *Config) any { return &c.TLS.MutualListen }},
		{"mtls_cert", filePath, false, "", "file of that listener's certificate; empty: tls_cert", func(c *Config) any { return &c.TLS.MutualCert }},
		{"mtls_key", filePath, false, "", "file of its private key; empty: tls_key", func(c *Config) any { return &c.TLS.MutualKey }},
		{"mtls_url", plain, false, "", "https origin where clients with certificates reach this server", func(c *Config) any { return &c.TLS.MutualURL }},
		{"client_ca", filePath, false, "", "file of those who issue certificates of clients (PEM)", func(c *Config) any { return &c.TLS.ClientCA }},
		{"client_cert_header", plain, false, "", "header in which trusted_proxies tell about a client's certificate, such as Client-Cert", func(c *Config) any { return &c.TLS.ClientCertHeader }},
		{"self_registration", plain, true, "false", "signing in with an unknown address creates its account", func(c *Config) any { return &c.SelfRegistration }},
		{"registration", plain, true, "off", "software registers itself (RFC 7591): off, token or open", func(c *Config) any { return &c.Registration.Mode }},
		{"registration_tokens", plain, false, "", "sha256sum of each token that may register, beside those of symbolon registration token create", func(c *Config) any { return &c.Registration.Tokens }},
		{"documents.enabled", plain, false, "true", "a client_id may be the URL of a client metadata document", func(c *Config) any { return &c.Registration.Documents }},
		{"documents.allow_hosts", plain, false, "", "hosts such documents may be on, with all below them; empty: any", func(c *Config) any { return &c.Registration.AllowHosts }},
		{"documents.deny_hosts", plain, false, "", "hosts they may not be on", func(c *Config) any { return &c.Registration.DenyHosts }},
		{"outbound_allow", plain, false, "", "hosts and networks of your own that may be asked for documents, keys, logos and told of logouts, such as apps.corp.example or 10.0.0.0/8", func(c *Config) any { return &c.OutboundAllow }},
		{"unregistered.scopes", plain, false, "openid,profile,email,offline_access", "scopes of software that no operator registered", func(c *Config) any { return &c.Registration.Scopes }},
		{"unregistered.resources", plain, false, "", "resources (RFC 8707) it may name, such as https://mcp.example/mcp; the first is its default", func(c *Config) any { return &c.Registration.Resources }},
		{"unregistered.authorization_details_types", plain, false, "", "types of authorization details it may ask for", func(c *Config) any { return &c.Registration.DetailTypes }},
		{"authorization_details_types", plain, false, "", "types of authorization details (RFC 9396): a list of type, sentence and fields; in an environment variable as JSON", func(c *Config) any { return &c.DetailTypes }},
		{"pkce", plain, false, pkceRequired, "required of every client, or of public-clients only: old ones with a secret may do without", func(c *Config) any { return &c.PKCE }},
		{"sign_in.methods", plain, false, "mail,passkey,totp,recovery", "ways to sign in and to confirm it; one that is left out is neither asked for nor offered", func(c *Config) any { return &c.SignIn.Methods }},
		{"sign_in.second_factor_required", plain, false, "false", "nobody gets further with mail alone", func(c *Config) any { return &c.SignIn.SecondFactorRequired }},
		{"sign_in.mail_off_for_passkey_users", plain, false, "false", "who has a passkey cannot sign in by mail", func(c *Config) any { return &c.SignIn.MailOffForPasskeyUsers }},
		{"related_origins", plain, false, "", "further https origins whose pages use the same passkeys", func(c *Config) any { return &c.RelatedOrigins }},
		{"passkeys.user_verification", plain, false, "preferred", "required: a passkey that does not verify its person by PIN, fingerprint or face is refused", func(c *Config) any { return &c.Passkeys.Verification }},
		{"passkeys.attachment", plain, false, "any", "platform (built in), cross-platform (security keys, phones) or any", func(c *Config) any { return &c.Passkeys.Attachment }},
		{"passkeys.algorithms", plain, false, "EdDSA,ES256,RS256", "of the keys that are taken, the preferred first", func(c *Config) any { return &c.Passkeys.Algorithms }},
		{"passkeys.models", plain, false, "", "AAGUIDs of the authenticators that are taken; empty: any", func(c *Config) any { return &c.Passkeys.Models }},
		{"branding.name", plain, false, "Symbolon", "name on pages and in mails", func(c *Config) any { return &c.Branding.Name }},
		{"branding.logo", filePath, false, "", "file of the logo: SVG or PNG", func(c *Config) any { return &c.Branding.Logo }},
		{"branding.accent", plain, false, "", "colour of buttons and links, such as #3355cc", func(c *Config) any { return &c.Branding.Accent }},
		{"links", plain, false, "", "links at the foot of every page, such as privacy and help: a list of title and url; in an environment variable as JSON", func(c *Config) any { return &c.Branding.Links }},
		{"session.idle", plain, false, "24h", "a browser left alone for so long is signed out", func(c *Config) any { return &c.Session.Idle }},
		{"session.absolute", plain, false, "14d", "everybody signs in again after this", func(c *Config) any { return &c.Session.Absolute }},
		{"session.binding", plain, false, "browser", "what a stolen cookie is told by: browser, network (another one signs out, too) or off", func(c *Config) any { return &c.Session.Binding }},
		{"session_management", plain, false, "false", "applications may ask a frame whether somebody is still signed in, where browsers give frames their cookies", func(c *Config) any { return &c.Session.Management }},
		{"tokens.access_ttl", plain, false, "10m", "life of a person's access token, at most 60m", func(c *Config) any { return &c.Tokens.AccessTTL }},
		{"tokens.agent_access_ttl", plain, false, "15m", "life of an agent's access token, at most 60m", func(c *Config) any { return &c.Tokens.AgentAccessTTL }},
		{"tokens.id_ttl", plain, false, "1h", "life of an ID token", func(c *Config) any { return &c.Tokens.IDTTL }},
		{"tokens.refresh_idle", plain, false, "30d", "a refresh token not used for so long is dead", func(c *Config) any { return &c.Tokens.RefreshIdle }},
		{"tokens.refresh_absolute", plain, false, "90d", "after this people allow an application anew", func(c *Config) any { return &c.Tokens.RefreshAbsolute }},
		{"tokens.refresh_retry", plain, false, "30s", "a refresh whose answer was lost can be repeated for so long, at most 300s", func(c *Config) any { return &c.Tokens.RefreshRetry }},
		{"keys.rotate_after", plain, false, "90d", "age at which a signing key is replaced", func(c *Config) any { return &c.Keys.RotateAfter }},
		{"audit.retention", plain, false, "400d,refused=90d,token.issue=30d,token.refresh=30d,mail_link.send=30d", "how long audit events are kept: all, and of these refusals and single types for less or more", func(c *Config) any { return &c.Audit.Retention }},
		{"log.level", plain, true, "info", "debug, info, warn or error", func(c *Config) any { return &c.Log.Level }},
		{"log.format", plain, true, "auto", "json, text, or auto: text on a terminal", func(c *Config) any { return &c.Log.Format }},
		{"drain", plain, false, "10s", "time for requests to finish after SIGTERM", func(c *Config) any { return &c.Drain }},
	}
}

// devDefaults differ from those of production: symbolon dev needs no configuration at all.
func devDefaults() map[string]string {
	return map[string]string{
		"issuer":                 "http://localhost:8080",
		"database_url":           "sqlite:symbolon-dev/symbolon.db",
		"self_registration":      "true",
		"registration":           "open",
		"unregistered.resources": demoAudience,
		"drain":                  "1s",
	}
}
