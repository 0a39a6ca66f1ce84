package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What validate lets pass, serve can use; and no complaint repeats a password.
func TestUnusableURLsAreRefused(t *testing.T) {
	logo := filepath.Join(t.TempDir(), "logo.gif")
	if err := os.WriteFile(logo, []byte("GIF89a"), 0o600); err != nil {
		t.Fatal(err)
	}
	sound := Config{
		AuthorizationServer: AuthorizationServer{Issuer: "https://login.example", MailFrom: "a@b.example", SignIn: SignIn{Methods: switchable()}},
		DatabaseURL:         "postgres://symbolon:hunter2@one:5432,two:5432/symbolon?sslmode=require",
		RedisURL:            "redis-sentinel://:hunter2@one:26379,two:26379/main/1", SMTPURL: "smtp://u:hunter2@mail.example:587",
	}
	checks := func(c Config) []error {
		return []error{checkDatabaseURL(c.DatabaseURL), checkRedisURL(c.RedisURL), checkSMTP(c), checkBranding(c.Branding), c.checkRelyingParty()}
	}
	for _, err := range checks(sound) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, spoil := range map[string]func(c *Config){
		"database without a file":      func(c *Config) { c.DatabaseURL = "sqlite:" },
		"database in memory":           func(c *Config) { c.DatabaseURL = "sqlite::memory:" },
		"database of another kind":     func(c *Config) { c.DatabaseURL = "mysql://u:hunter2@db" },
		"sslmode nobody knows":         func(c *Config) { c.DatabaseURL = "postgres://u:hunter2@db/x?sslmode=maybe" },
		"port that is none":            func(c *Config) { c.DatabaseURL = "postgres://u:hunter2@db:postgres/x" },
		"Redis database with a name":   func(c *Config) { c.RedisURL = "redis://:hunter2@cache:6379/abc" },
		"several hosts, no cluster":    func(c *Config) { c.RedisURL = "redis://:hunter2@one:6379,two:6379" },
		"Redis option nobody knows":    func(c *Config) { c.RedisURL = "redis://:hunter2@cache:6379?dial_timeout=3s" },
		"Sentinel without a name":      func(c *Config) { c.RedisURL = "redis-sentinel://:hunter2@one:26379" },
		"numbered database of cluster": func(c *Config) { c.RedisURL = "redis-cluster://:hunter2@one:6379/1" },
		"SMTP option":                  func(c *Config) { c.SMTPURL = "smtp://u:hunter2@mail.example:587?tls=off" },
		"SMTP port that is none":       func(c *Config) { c.SMTPURL = "smtp://u:hunter2@mail.example:0" },
		"SMTP with a path":             func(c *Config) { c.SMTPURL = "smtp://u:hunter2@mail.example/x" },
		"accent that is no colour":     func(c *Config) { c.Branding.Accent = "reddish" },
		"logo of another kind":         func(c *Config) { c.Branding.Logo = logo },
		"origins that are none":        func(c *Config) { c.RelatedOrigins = []string{"login.example"} },
	} {
		c := sound
		spoil(&c)
		var said []string
		for _, err := range checks(c) {
			if err != nil {
				said = append(said, err.Error())
			}
		}
		if len(said) != 1 || strings.Contains(said[0], "hunter2") {
			t.Errorf("%s: %q", name, said)
		}
	}
}
