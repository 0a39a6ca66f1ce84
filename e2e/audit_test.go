package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

type auditEvent struct {
	ID, Type, Outcome, Reason string
	UserID                    string `json:"user_id"`
	Target                    string
	TraceID                   string `json:"trace_id"`
	Count                     int
}

func (d *deployment) audit(t testing.TB, filter ...string) (events []auditEvent) {
	t.Helper()
	out := d.command(t, append([]string{"audit", "list", "--json", "--limit", "10000"}, filter...)...)
	if err := json.Unmarshal(out, &events); err != nil {
		t.Fatal(err)
	}
	return events
}

// What a person or a client was told has happened is in the audit log, whatever happens to the server in
// the next moment.
func TestSignInsSignOutsAndRevocationsOutliveAKill(t *testing.T) {
	t.Parallel()
	for _, d := range []*deployment{ownSQLite(t), ownCluster(t)} {
		t.Run(d.name, func(t *testing.T) {
			a := d.app(t, "--first-party")
			for range 3 {
				who := d.person(t)
				token, v := a.tokensIn(t, d.visitor(t), who)
				id, _ := token.Extra("id_token").(string)
				spare := a.tokens(t, who)
				for _, one := range []string{spare.AccessToken, token.RefreshToken} {
					if r := a.call(t, d.issuer, "/revoke", "token", one); r.status != 200 {
						t.Fatal(r.body)
					}
				}
				v.get("/logout?id_token_hint=" + url.QueryEscape(id))
				for _, n := range d.nodes {
					n.process.signal(syscall.SIGKILL)
					<-n.process.done
				}
				have := map[string]int{}
				for _, e := range d.audit(t, "--user", who.id) {
					have[e.Type+" "+e.Outcome]++
				}
				if have["session.start success"] != 2 || have["session.end success"] != 1 {
					t.Errorf("of two sign-ins and a sign-out there is %v", have)
				}
				revoked := d.audit(t, "--client", a.ClientID)
				var claims struct {
					ID string `json:"jti"`
				}
				claimsOf(t, spare.AccessToken, &claims)
				if !slices.ContainsFunc(revoked, func(e auditEvent) bool { return e.Type == "token.revoke" && e.Target == claims.ID }) ||
					!slices.ContainsFunc(revoked, func(e auditEvent) bool { return e.Type == "grant.revoke" }) {
					t.Errorf("the revocations are lost: %+v", revoked)
				}
				for _, n := range d.nodes {
					n.start(t)
				}
			}
		})
	}
}

// A stranger who is refused for as long as they like makes a row for each minute, and nobody can have
// their trace id on all of them.
func TestStrangersFillNoAuditLog(t *testing.T) {
	t.Parallel()
	for _, d := range []*deployment{ownSQLite(t), ownCluster(t)} {
		t.Run(d.name, func(t *testing.T) {
			a := d.agent(t)
			a.ClientSecret = "wrong"
			const trace = "0af7651916cd43dd8448eb211c80319c"
			for range 300 {
				r := must[*http.Request](t)(http.NewRequest(http.MethodPost, d.issuer+"/token", strings.NewReader("grant_type=client_credentials")))
				r.SetBasicAuth(a.ClientID, a.ClientSecret)
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set("Traceparent", "00-"+trace+"-b7ad6b7169203331-01")
				must[reply](t)(replied(a.http, r))
			}
			var events []auditEvent
			within(t, 10*time.Second, "they are in the audit log", func() bool {
				events = d.audit(t, "--client", a.ClientID, "--type", "client.authenticate")
				return len(events) > 0
			})
			if len(events) > 2*len(d.nodes)+2 {
				t.Errorf("%d rows of 300 refusals", len(events))
			}
			for _, e := range events {
				if !strings.HasPrefix(e.TraceID, trace+"-") || len(e.TraceID) <= len(trace)+1 {
					t.Errorf("trace id %q", e.TraceID)
				}
			}
		})
	}
}

// Several processes add to the log at once, while nodes are killed: it stays one log, which a checkpoint from before
// is the beginning of.
func TestAuditLogVerifiesAfterAKill(t *testing.T) {
	t.Parallel()
	for _, d := range []*deployment{ownSQLite(t), ownCluster(t)} {
		t.Run(d.name, func(t *testing.T) {
			earlier := filepath.Join(t.TempDir(), "checkpoint")
			a := d.app(t, "--first-party")
			for range 3 {
				a.tokens(t, d.person(t))
				var all sync.WaitGroup
				for range 4 {
					all.Go(func() { d.command(t, "audit", "checkpoint") })
				}
				all.Wait()
				if err := os.WriteFile(earlier, d.command(t, "audit", "checkpoint"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for _, n := range d.nodes {
				n.process.signal(syscall.SIGKILL)
				<-n.process.done
			}
			d.command(t, "audit", "checkpoint") // what the nodes had stored
			var report struct{ Size, Verified, New int }
			if err := json.Unmarshal(d.command(t, "audit", "verify", "--json", "--checkpoint", earlier), &report); err != nil {
				t.Fatal(err)
			}
			if events := d.audit(t); report.Verified != len(events) || report.New != 0 || report.Size < len(events) || len(events) == 0 {
				t.Errorf("%+v of %d events", report, len(events))
			}
		})
	}
}
