package provider

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/provider/token"
	"github.com/symbolon-id/symbolon/storage"
)

// pairwise makes an app of this host's sector.
func pairwise(host string) func(*storage.Client) {
	return func(c *storage.Client) {
		c.SubjectType, c.SectorIdentifierURI = storage.SubjectPairwise, "https://"+host+"/redirects.json"
	}
}

func TestClientsOfDifferentSectorsCannotTellThatTheyKnowTheSamePerson(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		ada, bob := s.person("ada"), s.person("bob")
		sub := func(b *browser, host string) string {
			return claimsOf(t, b.tokens(s.app(pairwise(host))).IDToken)["sub"].(string)
		}
		seen := map[string]string{"public": ada.user.ID}
		for name, got := range map[string]string{"ada at one": sub(ada, "one.example"), "ada at two": sub(ada, "two.example"), "bob at one": sub(bob, "one.example")} {
			for other, known := range seen {
				if got == known || strings.Contains(got, ada.user.ID) {
					t.Errorf("%s is known by the subject of %s: %s", name, other, got)
				}
			}
			seen[name] = got
		}
		sid := func(host string) any { return claimsOf(t, ada.tokens(s.app(pairwise(host))).IDToken)["sid"] }
		if one, two, open := sid("one.example"), sid("two.example"), claimsOf(t, ada.tokens(s.app()).IDToken)["sid"]; one == two || one == open || one != sid("one.example") {
			t.Errorf("one session is told by %v, %v and %v", one, two, open)
		}
		if again := sub(ada, "one.example"); again != seen["ada at one"] || !strings.HasPrefix(again, token.PairwisePrefix) || len(again) > 255 {
			t.Errorf("another client of the sector knows her by %s", again)
		}
	})
}

func TestPairwiseSubjectIsTheSameEverywhere(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(pairwise("one.example"), func(c *storage.Client) { c.Scopes = append(c.Scopes, "groups") }), s.person("ada")
		issued := ada.tokens(app, [2]string{"scope", "openid offline_access"})
		sub := claimsOf(t, issued.IDToken)["sub"]
		refreshed := s.post("/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {issued.RefreshToken}}, app)
		for where, got := range map[string]any{
			"access token":         claimsOf(t, issued.AccessToken)["sub"],
			"userinfo":             s.ask(http.MethodGet, nil, "Bearer "+issued.AccessToken).json(t, "sub"),
			"introspection":        s.post("/introspect", url.Values{"token": {issued.AccessToken}}, app).json(t, "sub"),
			"refreshed ID token":   claimsOf(t, refreshed.json(t, "id_token").(string))["sub"],
			"introspected refresh": s.post("/introspect", url.Values{"token": {refreshed.json(t, "refresh_token").(string)}}, app).json(t, "sub"),
		} {
			if got != sub {
				t.Errorf("%s: %v, want %v", where, got, sub)
			}
		}
		for where, got := range map[string]any{
			"access token":  claimsOf(t, issued.AccessToken)["sid"],
			"introspection": s.post("/introspect", url.Values{"token": {issued.AccessToken}}, app).json(t, "sid"),
			"refresh":       s.post("/introspect", url.Values{"token": {refreshed.json(t, "refresh_token").(string)}}, app).json(t, "sid"),
		} {
			if sid := claimsOf(t, issued.IDToken)["sid"]; got != sid || sid == "" {
				t.Errorf("session of the %s: %v, want %v", where, got, sid)
			}
		}
	})
}

func TestPairwiseSubjectOutlivesTheAddressAndNotTheAccount(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(pairwise("one.example")), s.person("ada")
		before := claimsOf(t, ada.tokens(app).IDToken)["sub"]
		moved := ada.user
		moved.Email = "ada@elsewhere.example"
		s.must(s.db.UpdateUser(s.ctx(), moved))
		if after := claimsOf(t, ada.tokens(app).IDToken)["sub"]; after != before {
			t.Errorf("the address changed and the subject with it: %v, %v", before, after)
		}
		s.must(s.db.DeleteUser(s.ctx(), ada.user.ID))
		if anew := claimsOf(t, s.person("ada").tokens(app).IDToken)["sub"]; anew == before {
			t.Error("who was deleted came back")
		}
	})
}

func TestPairwiseSubjectIsAskedForByHintAndByClaim(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, other, public, ada, bob := s.app(pairwise("one.example")), s.app(pairwise("two.example")), s.app(), s.person("ada"), s.person("bob")
		hint, theirs, foreign, open := ada.tokens(app).IDToken, bob.tokens(app).IDToken, ada.tokens(other).IDToken, ada.tokens(public).IDToken
		sub := func(token string) [2]string {
			return asking(`{"id_token":{"sub":{"value":"` + claimsOf(t, token)["sub"].(string) + `"}}}`)
		}
		none := [2]string{"prompt", "none"}
		for name, asked := range map[string][2]string{"by hint": {"id_token_hint", hint}, "by claim": sub(hint)} {
			ada.code(app, asked, none)
			ada.code(app, asked, [2]string{"prompt", "login"})
			bob.open(s.authorizeURL(app, asked, none)).refusal(t, s, "state")
			if got := bob.open(s.authorizeURL(app, asked)).location(t).Query(); got.Get("error") != "login_required" || got.Has("code") {
				t.Errorf("%s, bob: %v", name, got)
			}
		}
		for name, asked := range map[string][2]string{
			"somebody else's": {"id_token_hint", theirs}, "somebody else's, by claim": sub(theirs),
			"of another sector": {"id_token_hint", foreign}, "of another sector, by claim": sub(foreign),
			"public": {"id_token_hint", open}, "public, by claim": sub(open),
		} {
			if got := ada.open(s.authorizeURL(app, asked, none)).refusal(t, s, "state"); got != "login_required" {
				t.Errorf("%s: %s", name, got)
			}
		}
	})
}

// The request was parked before the user was signed in; the pages after that know people by their ids.
func TestPairwiseHintIsRecognizedAfterSigningIn(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(pairwise("one.example"), func(c *storage.Client) { c.FirstParty = false }), s.person("ada")
		hint := ada.tokens(app).IDToken
		elsewhere := &browser{s.person("nobody").Client, s, ada.user}
		to := elsewhere.step(elsewhere.step(elsewhere.step(s.endpoint(s.authorizeURL(app, [2]string{"id_token_hint", hint})))))
		if to.Path != "/test/consent" {
			t.Fatalf("at %s", to)
		}
		parked, err := s.Requests.Ephemeral.Get(s.ctx(), "request:"+to.Query().Get("request"))
		s.must(err)
		if !strings.Contains(string(parked), `"hint_subject":"`+ada.user.ID+`"`) {
			t.Errorf("the pages do not know who is meant: %s", parked)
		}
	})
}

// step follows one redirect.
func (b *browser) step(from any) *url.URL {
	b.s.t.Helper()
	r := request(b.s.t, http.MethodGet, fmt.Sprint(from), nil)
	r.Header.Set("X-Test-User", b.user.ID)
	to, err := r.URL.Parse(send(b.s.t, b.Client, r).Header.Get("Location"))
	b.s.must(err)
	return to
}

func TestPairwiseHintSignsOutUnasked(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(pairwise("one.example")), s.person("ada")
		hint := ada.tokens(app).IDToken
		bob := s.person("bob")
		bob.code(app)
		q := "/logout?" + url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {"https://app.example/bye"}}.Encode()
		if a := bob.open(q); a.StatusCode != http.StatusOK || a.Header.Get("Location") != "" {
			t.Errorf("bob was signed out by ada's token: %d", a.StatusCode)
		}
		if to := ada.open(q).location(t).String(); to != "https://app.example/bye" {
			t.Errorf("ada: %s", to)
		}
	})
}
