package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

// receiver is an app's server, where it is told that sessions ended.
type receiver struct {
	url string

	mu      sync.Mutex
	answers []int // of the next requests; then 200
	tokens  []string
	hang    chan struct{} // nil: it answers at once
}

func newReceiver(t testing.TB, answers ...int) *receiver {
	t.Helper()
	r := &receiver{answers: answers}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.url = server.URL + "/backchannel"
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	hang, status := r.hang, http.StatusOK
	if len(r.answers) > 0 {
		status, r.answers = r.answers[0], r.answers[1:]
	}
	token := q.PostFormValue("logout_token")
	if q.Method == http.MethodPost && q.URL.Path == "/backchannel" {
		r.tokens = append(r.tokens, token)
	}
	r.mu.Unlock()
	lab.seen.secret("logout token", token)
	if hang != nil {
		<-hang
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
}

func (r *receiver) heard() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.tokens)
}

// await waits until so many logout tokens have come.
func (r *receiver) await(t testing.TB, n int) []string {
	t.Helper()
	for deadline := time.Now().Add(45 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if got := r.heard(); len(got) >= n {
			return got
		}
	}
	t.Fatalf("told %d times, want %d", len(r.heard()), n)
	return nil
}

// loggedOut verifies a logout token as an application does (Back-Channel Logout section 2.6), and
// returns who is signed out.
func (a *app) loggedOut(t testing.TB, token string) (subject, session string) {
	t.Helper()
	parsed := must[*jose.JSONWebSignature](t)(jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256}))
	if typ := parsed.Signatures[0].Protected.ExtraHeaders[jose.HeaderType]; typ != "logout+jwt" {
		t.Errorf("typ %v", typ)
	}
	verified := must[*oidc.IDToken](t)(a.provider.Verifier(&oidc.Config{ClientID: a.ClientID}).Verify(a.ctx, token))
	var claims struct {
		SID, JTI string
		Nonce    *string
		Events   map[string]json.RawMessage
	}
	if err := verified.Claims(&claims); err != nil {
		t.Fatal(err)
	}
	event := string(claims.Events["http://schemas.openid.net/event/backchannel-logout"])
	if event != "{}" || claims.Nonce != nil || claims.JTI == "" || len(verified.Audience) != 1 || verified.Expiry.Sub(verified.IssuedAt) > 2*time.Minute {
		t.Errorf("%+v %+v", verified, claims)
	}
	return verified.Subject, claims.SID
}

// told wants the next token at r to be about this session of this person.
func (a *app) told(t testing.TB, r *receiver, n int, who person, idToken string) {
	t.Helper()
	var id struct{ SID string }
	claimsOf(t, idToken, &id)
	got := r.await(t, n)
	if subject, session := a.loggedOut(t, got[n-1]); subject != who.id || session != id.SID || session == "" {
		t.Errorf("told of %s, %s; want %s, %s", subject, session, who.id, id.SID)
	}
}

func idTokenOf(token interface{ Extra(string) any }) string {
	id, _ := token.Extra("id_token").(string)
	return id
}

func (d *deployment) logged(t testing.TB, what string) bool {
	t.Helper()
	for _, n := range d.nodes {
		if strings.Contains(string(must[[]byte](t)(readLog(n))), what) {
			return true
		}
	}
	return false
}
