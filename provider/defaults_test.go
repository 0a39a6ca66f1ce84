package provider

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/storage"
)

func byDefault(maxAge int64, acrs ...string) func(*storage.Client) {
	return func(c *storage.Client) { c.DefaultMaxAge, c.DefaultACRValues = &maxAge, acrs }
}

func TestOldSignInIsRenewedWhenTheClientRegisteredAnAge(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(byDefault(60)), s.person("ada")
		at := func(more ...[2]string) float64 {
			return claimsOf(t, ada.tokens(app, more...).IDToken)["auth_time"].(float64)
		}
		first := at()
		s.wait(30 * time.Second)
		if now := at(); now != first {
			t.Errorf("asked again after 30 seconds: %v, %v", first, now)
		}
		s.wait(time.Minute)
		if got := ada.open(s.authorizeURL(app, [2]string{"prompt", "none"})).refusal(t, s, "state"); got != "login_required" {
			t.Errorf("prompt=none: %s", got)
		}
		if now := at([2]string{"max_age", "3600"}); now != first {
			t.Errorf("the request says an hour: %v, %v", first, now)
		}
		if now := at(); now <= first {
			t.Errorf("not asked again: %v, %v", first, now)
		}
	})
}

// Of display, the four values there are; unknown locales and contexts are wishes.
func TestWishesThatCannotBeMetHinderNobody(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(), s.person("ada")
		for _, wish := range [][2]string{
			{"display", "page"}, {"display", "popup"}, {"display", "touch"}, {"display", "wap"}, {"ui_locales", "tlh x!! ../../etc/passwd"},
			{"acr_values", "gold urn:example:none"}, {"login_hint", "nobody\u202e<b>"}, {"claims_locales", "de"}, {"prompt", "select_account consent login"},
		} {
			ada.code(app, wish)
		}
	})
}

func TestExpiredIDTokenIsStillAHint(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(), s.person("ada")
		hint := [2]string{"id_token_hint", ada.tokens(app).IDToken}
		s.wait(2 * s.IDTokenTTL)
		ada.code(app, hint)
		ada.code(app, hint, [2]string{"prompt", "none"})
	})
}

// A device says nothing about the sign-in; its client may have registered what it wants.
func TestDeviceIsAllowedUnderTheSignInRulesOfItsClient(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		tv, strict, ada := s.app(television), s.app(television, byDefault(60, "mfa")), s.person("ada")
		signedIn := func(c login) float64 {
			d := s.begin(c)
			path := ada.enter(d.UserCode)
			var q interaction.Request
			value, err := s.Requests.Ephemeral.Get(t.Context(), "request:"+strings.TrimPrefix(path, "/device/"))
			s.must(err)
			s.must(json.Unmarshal(value, &q))
			if !slices.Equal(q.ACRValues, s.client(c.id).DefaultACRValues) {
				t.Errorf("signing in is asked to reach %v", q.ACRValues)
			}
			ada.decide(path, "allow").page(t, http.StatusOK)
			return claimsOf(t, s.poll(c, d.DeviceCode).tokens(t).IDToken)["auth_time"].(float64)
		}
		first := signedIn(tv)
		s.wait(2 * time.Minute)
		if at := signedIn(tv); at != first {
			t.Errorf("nothing registered, asked again: %v, %v", first, at)
		}
		if at := signedIn(strict); at <= first {
			t.Errorf("signed in two minutes ago, a minute allowed: %v, %v", first, at)
		}
	})
}
