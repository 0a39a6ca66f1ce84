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
	"github.com/symbolon-id/symbolon/storage/storagetest"
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

func TestRegisteredDefaultsAreForRequestsThatDoNotSay(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	zero := s.client(s.app(byDefault(0, "phr", "mfa")).id)
	minute := time.Minute
	for name, c := range map[string]struct {
		form   string
		client storage.Client
		maxAge *time.Duration
		acrs   []string
	}{
		"nothing registered": {"", s.client(s.app().id), nil, nil},
		"nothing said":       {"", zero, new(time.Duration), []string{"phr", "mfa"}},
		"max_age":            {"max_age=60", zero, &minute, []string{"phr", "mfa"}},
		"acr_values":         {"acr_values=gold", zero, new(time.Duration), []string{"gold"}},
		"acr by claim":       {`claims={"id_token":{"acr":{"value":"silver"}}}`, zero, new(time.Duration), []string{"silver"}},
	} {
		v := &validRequest{Request: &interaction.Request{Form: map[string][]string{}}, client: c.client}
		if key, value, ok := strings.Cut(c.form, "="); ok {
			v.Form.Set(key, value)
		}
		for _, rule := range []func(*validRequest) error{checkPrompt, checkClaims} {
			must(t, rule(v))
		}
		signInByDefault(v.Request, v.client)
		same := v.MaxAge == nil && c.maxAge == nil || v.MaxAge != nil && c.maxAge != nil && *v.MaxAge == *c.maxAge
		if !same || !slices.Equal(v.ACRValues, c.acrs) {
			t.Errorf("%s: max_age %v, acr_values %v", name, v.MaxAge, v.ACRValues)
		}
	}
}

// Of display, the four values there are; locales and contexts nobody knows are wishes.
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
		signedIn := func(c credentials) float64 {
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
