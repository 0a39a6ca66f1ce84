package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/legible"
)

func TestLoginBelievesOnlyTheIssuerItAsked(t *testing.T) {
	for want, body := range map[string]string{
		"did not match": `{"issuer":"https://other.example","token_endpoint":"x","jwks_uri":"x"}`,
		"discover http": `<html>`,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
		code, stdout, stderr := command(t, "sqlite:unused.db", "login", "--client", "c", "--issuer", server.URL)
		server.Close()
		if code != exitFailed || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit %d, %s%s", want, code, stdout, stderr)
		}
	}
}

func TestTimesAreToldInWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "now", -time.Second: "now", 90 * time.Second: "in 90 seconds", -10 * time.Minute: "10 minutes ago",
		50 * time.Hour: "in 2 days", -3 * time.Hour: "3 hours ago", 59*time.Minute + 59*time.Second: "in 60 minutes",
	} {
		if got := inWords(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestNothingThatIsShownSteersTheTerminal(t *testing.T) {
	if got := legible.Lines("\x1b[2Jname\u009b1m\nä"); strings.ContainsAny(got, "\x1b\u009b") || !strings.HasSuffix(got, "\nä") {
		t.Errorf("%q", got)
	}
}
