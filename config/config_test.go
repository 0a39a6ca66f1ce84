package config

import (
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

func TestIssuersThatAreNotOneExactHTTPSURLAreRefused(t *testing.T) {
	for _, issuer := range []string{
		"login.example", "//login.example", "ftp://login.example", "https://", "https://:443", "https:///p", "http://login.example",
		"http://127.0.0.1.evil.example", "http://localhost.evil.example", "https://login.example/", "https://login.example/p/",
		"https://login.example?", "https://login.example?a=b", "https://login.example#", "https://u@login.example",
		"HTTPS://login.example", "https://LOGIN.example", "https://login.example/a//b", "https://login.example/./a",
		"https://login.example/a/..", "https://login.example/%61", "https://login.example/{x}", `https://login.example/a\b`, "https://login example",
	} {
		if CheckIssuer(issuer) == nil {
			t.Errorf("%s passes", issuer)
		}
	}
	for _, issuer := range []string{
		"https://login.example", "https://login.example:8443", "https://login.example/tenant/a",
		"http://localhost:8080", "http://127.0.0.1:8080/p", "http://[::1]:8080",
	} {
		if err := CheckIssuer(issuer); err != nil {
			t.Errorf("%s: %v", issuer, err)
		}
	}
}

func TestLengthsOfTimeWithoutUnitOrSenseAreRefused(t *testing.T) {
	for _, text := range []string{"", "10", "-5m", "-1d", "d", "1.5d", "99999999d", "soon", "1h 2m"} {
		if d, err := ParseDuration(text); err == nil {
			t.Errorf("%q is read as %v", text, d)
		}
	}
}

func TestLengthsOfTimeReadBack(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0s": 0, "30s": 30 * time.Second, "10m": 10 * time.Minute, "1h": time.Hour, "1h30m": 90 * time.Minute,
		"100m": 100 * time.Minute, "24h": 24 * time.Hour, "90d": 90 * 24 * time.Hour, "1h0m5s": time.Hour + 5*time.Second,
	} {
		d, err := ParseDuration(text)
		if err != nil || d != want {
			t.Errorf("%q is read as %v, %v; want %v", text, d, err, want)
		}
		again, err := ParseDuration(FormatDuration(want))
		if err != nil || again != want {
			t.Errorf("%v is written as %q and read back as %v, %v", want, FormatDuration(want), again, err)
		}
	}
}

func TestNoFormOfASecretIsShown(t *testing.T) {
	const password = "hunter2"
	for _, s := range []Setting{
		{Key{kind: secret}, password, ""},
		{Key{kind: urlKey}, "postgres://u:" + password + "@h/d", ""},
		{Key{kind: urlKey}, "postgres://h/d?user=u&Password=" + password, ""},
		{Key{kind: urlKey}, "redis://:" + password + "@h", ""},
		{Key{kind: urlKey}, "redis://h:port:" + password, ""},
		{Key{kind: urlKey}, "smtp://u:" + password + "%zz@h", ""},
		{Key{kind: urlKey}, "host=h password=" + password, ""},
	} {
		if shown := s.Redacted(); strings.Contains(shown, password) {
			t.Errorf("%s is shown", shown)
		}
	}
	if shown := (Setting{Key{kind: urlKey}, "sqlite:symbolon.db", ""}).Redacted(); shown != "sqlite:symbolon.db" {
		t.Errorf("a URL without a password is shown as %s", shown)
	}
}

func TestEveryKeyIsExplainedAndCanBeToldApart(t *testing.T) {
	seen := map[string]string{}
	for _, k := range Keys() {
		if k.usage == "" {
			t.Errorf("%s is not explained", k.Name)
		}
		if other, twice := seen[k.env()]; twice {
			t.Errorf("%s and %s have the same variable", k.Name, other)
		}
		seen[k.env()] = k.Name
		if err := (Setting{k, k.initial, "default"}).read(&Config{}); err != nil {
			t.Errorf("the default cannot be read: %v", err)
		}
	}
	for name := range devDefaults() {
		if seen[envName(name)] == "" {
			t.Errorf("dev sets %s, which is no key", name)
		}
	}
}

func TestHSTSIsForHTTPSIssuersUnlessItIsTurnedOff(t *testing.T) {
	for issuer, want := range map[string]bool{
		"https://login.example": true, "https://login.example:8443/p": true,
		"http://localhost:8080": false, "https://localhost:8443": false, "https://127.0.0.1": false,
	} {
		if got := (Config{AuthorizationServer: AuthorizationServer{Issuer: issuer, HSTS: true}}).StrictTransport(); got != want {
			t.Errorf("%s: %v", issuer, got)
		}
		if (Config{AuthorizationServer: AuthorizationServer{Issuer: issuer}}).StrictTransport() {
			t.Errorf("%s: turned off, and on all the same", issuer)
		}
	}
}

func TestDefaultsAreSoundButForWhatOnlyTheOperatorKnows(t *testing.T) {
	var c Config
	for _, k := range Keys() {
		if err := (Setting{k, k.initial, "default"}).read(&c); err != nil {
			t.Fatal(err)
		}
	}
	c.Issuer, c.SMTPURL, c.MailFrom = "https://login.example", "smtp://mail.example:587", "login@example.com"
	if err := c.Validate(Serve); err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "secret is required") {
		t.Errorf("err = %v, want the secret alone", err)
	}
}

func TestSignInThatNobodyCouldUseIsRefused(t *testing.T) {
	for _, s := range []SignIn{
		{},
		{Methods: []string{"totp", "recovery"}},
		{Methods: []string{"mail", "password"}},
		{Methods: []string{"mail", "recovery"}, SecondFactorRequired: true},
	} {
		if s.check() == nil {
			t.Errorf("%+v passes", s)
		}
	}
	for want, s := range map[storage.Keep]SignIn{
		storage.KeepNothing: {Methods: []string{"mail"}},
		storage.KeepFactor:  {Methods: []string{"mail", "totp"}, SecondFactorRequired: true},
		storage.KeepPasskey: {Methods: []string{"passkey"}, SecondFactorRequired: true},
	} {
		if err := s.check(); err != nil || s.Keep() != want {
			t.Errorf("%+v: keeps %v, want %v: %v", s, s.Keep(), want, err)
		}
	}
}
