package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
)

// Validate returns everything that keeps this configuration from being used in a mode, one sentence
// each that says what to do; nothing of a secret is repeated.
func (c Config) Validate(m Mode) error {
	checks := []error{checkDatabaseURL(c.DatabaseURL)}
	if m != Command {
		checks = append(checks,
			checkRedisURL(c.RedisURL), checkListeners(c), checkProxies(c.TrustedProxies), checkBranding(c.Branding), checkPKCE(c.PKCE),
			c.SignIn.check(), c.Passkeys.check(), c.Session.check(), c.Registration.check(), c.Tokens.check(), c.Keys.check(), c.Audit.check(), c.Log.check(),
			c.TLS.check(c), c.checkDetails(), c.checkOutbound(),
		)
	}
	switch m {
	case Serve:
		checks = append(checks, CheckServeIssuer(c.Issuer), c.checkRelyingParty(), checkSecret(c.Secret), checkSMTP(c), checkSender(c))
	case Dev:
		checks = append(checks, CheckIssuer(c.Issuer), checkLoopback("listen", c.Listen), checkLoopback("metrics_listen", c.MetricsListen),
			checkLoopback("mtls_listen", c.TLS.MutualListen))
	}
	return errors.Join(checks...)
}

func checkDatabaseURL(text string) error {
	if err := durable.CheckURL(text); err != nil {
		return errors.New("database_url is not valid; use sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME")
	}
	return nil
}

func checkRedisURL(text string) error {
	if text == "" {
		return nil
	}
	if err := ephemeral.CheckURL(text); err != nil {
		return fmt.Errorf("redis_url is not valid; %w; on a single node it can be empty", err)
	}
	return nil
}

func checkSecret(secret string) error {
	if secret == "" {
		return errors.New("secret is required; write the output of `openssl rand -base64 32` to a file and set SYMBOLON_SECRET_FILE to its path")
	}
	_, err := keys.ParseSecrets(secret)
	return err
}

func checkSMTP(c Config) error {
	if c.SMTPURL == "" {
		return errors.New("smtp_url is required for email sign-in; set SYMBOLON_SMTP_URL, for example to smtp://USER:PASS@HOST:587")
	}
	if _, err := mail.NewSMTP(c.SMTPURL); err != nil {
		return errors.New("smtp_url is not valid; use smtp://USER:PASS@HOST:587 or smtps://USER:PASS@HOST:465, without options")
	}
	return nil
}

func checkSender(c Config) error {
	if c.MailFrom == "" {
		return errors.New("mail_from is required; set SYMBOLON_MAIL_FROM to the sender address of emails")
	}
	if _, err := mail.ParseSender(c.MailFrom); err != nil {
		return errors.New("mail_from is not a valid address; use an address such as login@example.com")
	}
	return nil
}

func checkListeners(c Config) error {
	for _, l := range []struct{ name, addr string }{{"listen", c.Listen}, {"metrics_listen", c.MetricsListen}} {
		if _, _, err := net.SplitHostPort(l.addr); err != nil {
			return fmt.Errorf("%s is not a valid address; use, for example, 127.0.0.1:8080", l.name)
		}
	}
	if _, port, _ := net.SplitHostPort(c.Listen); c.Listen == c.MetricsListen && port != "0" {
		return errors.New("listen and metrics_listen must differ; metrics and profiles must not be public, so use another port")
	}
	return nil
}

func checkLoopback(name, addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil || IsLoopbackHost(host) {
		return nil // another check judges the address itself
	}
	return fmt.Errorf("%s is %q: symbolon dev has no real sign-in, so it listens only on loopback; use symbolon serve to accept other connections", name, addr)
}

// IsLoopbackHost reports whether host is localhost or a loopback address.
func IsLoopbackHost(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && addr.Unmap().IsLoopback())
}

func checkProxies(prefixes []netip.Prefix) error {
	for _, prefix := range prefixes {
		if prefix.Bits() == 0 {
			return errors.New("trusted_proxies covers all addresses, so any client could forge its IP; list only your proxies' networks")
		}
	}
	return nil
}

func checkBranding(b Branding) error {
	if b.Logo != "" {
		if _, err := os.Stat(b.Logo); err != nil {
			return errors.New("branding.logo cannot be read; set it to the path of an SVG or PNG file")
		}
	}
	if err := b.Brand("").Check(); err != nil {
		return fmt.Errorf("branding is not valid: %w", err)
	}
	return nil
}

func checkPKCE(who string) error {
	if who != PKCERequired && who != PKCEPublicClients {
		return errors.New("pkce must be " + PKCERequired + " or " + PKCEPublicClients)
	}
	return nil
}

func (l Log) check() error {
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, l.Level) {
		return errors.New("log.level must be debug, info, warn or error")
	}
	if !slices.Contains([]string{"auto", "json", "text"}, l.Format) {
		return errors.New("log.format must be auto, json or text")
	}
	return nil
}
