package provider

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/keys"
)

// under makes s a node that has this secret, other nodes having a newer one or not.
func (s *server) under(secret string, behind bool) {
	sealer, err := keys.NewSealer([]byte(strings.Repeat(secret, 32)))
	s.must(err)
	s.onto(func(d *Deps) {
		d.Sealer, d.BehindOnSecrets = sealer, func(context.Context) (bool, error) { return behind, nil }
	})
}

// A node that has not been given the newest secret yet says so before anything is spent: another
// node, or this one later, answers the same request.
func TestNodeWithoutTheNewestSecretSpendsNothing(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(), s.person("ada")
		refresh, code := ada.tokens(app).RefreshToken, ada.code(app)
		s.under("o", true)
		for what, a := range map[string]*answer{
			"code": s.redeem(app, code), "refresh": s.refresh(app, refresh),
			"introspection": s.post("/introspect", url.Values{"token": {refresh}}, app),
			"revocation":    s.post("/revoke", url.Values{"token": {refresh}}, app),
		} {
			if a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
				t.Errorf("%s: %d %s", what, a.StatusCode, a.body)
			}
		}
		s.under("s", false)
		s.redeem(app, code).ok(t)
		s.successor(app, refresh)
	})
}

func TestTokenOfADroppedSecretIsGone(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app()
		refresh := s.person("ada").tokens(app).RefreshToken
		s.under("n", false)
		s.refresh(app, refresh).refused(t, http.StatusBadRequest, "invalid_grant")
		if a := s.post("/introspect", url.Values{"token": {refresh}}, app); a.StatusCode != http.StatusOK || a.json(t, "active") != false {
			t.Errorf("introspection: %d %s", a.StatusCode, a.body)
		}
		if a := s.post("/revoke", url.Values{"token": {refresh}}, app); a.StatusCode != http.StatusOK {
			t.Errorf("revocation: %d %s", a.StatusCode, a.body)
		}
	})
}
