package provider

import (
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/provider/userclaims"
	"github.com/symbolon-id/symbolon/storage"
)

// every lets an app ask for everything.
func every(c *storage.Client) {
	c.Scopes = append([]string{"openid", "offline_access"}, userclaims.Scopes()...)
}

func (s *server) biography(b *browser) map[string]any {
	s.t.Helper()
	profile := storage.Profile{
		GivenName: "Ada", FamilyName: "Lovelace", MiddleName: "King", Nickname: "Al", PreferredUsername: "ada", Page: "https://ada.example/about",
		Picture: "https://ada.example/p.png", Website: "https://ada.example", Gender: "female", Birthdate: "1815-12-10", Zoneinfo: "Europe/London",
		Locale: "en-GB", PhoneNumber: "+442079460000", Address: storage.PostalAddress{Street: "12 St James's Square", Locality: "London", Country: "UK"},
	}
	b.user.Profile = profile
	s.must(s.db.SetUserProfile(s.ctx(), &b.user))
	return map[string]any{
		"name": b.user.Name, "given_name": "Ada", "family_name": "Lovelace", "middle_name": "King", "nickname": "Al", "preferred_username": "ada",
		"profile": "https://ada.example/about", "picture": "https://ada.example/p.png", "website": "https://ada.example", "gender": "female",
		"birthdate": "1815-12-10", "zoneinfo": "Europe/London", "locale": "en-GB", "updated_at": float64(b.user.UpdatedAt.Unix()),
		"email": b.user.Email, "email_verified": true, "phone_number": "+442079460000", "phone_number_verified": false,
		"address": map[string]any{"street_address": "12 St James's Square", "locality": "London", "country": "UK"}, "groups": []any{},
	}
}

// told returns what userinfo says of a person besides sub.
func (s *server) told(token string) map[string]any {
	s.t.Helper()
	told, claims := s.ask(http.MethodGet, nil, "Bearer "+token), map[string]any{}
	told.ok(s.t)
	s.must(json.Unmarshal(told.body, &claims))
	delete(claims, "sub")
	return claims
}

// personalOf returns what an ID token says about the person.
func personalOf(t *testing.T, idToken string) map[string]any {
	t.Helper()
	claims := claimsOf(t, idToken)
	maps.DeleteFunc(claims, func(name string, _ any) bool { return userclaims.ScopeOf(name) == "" })
	return claims
}

func TestEachScopeTellsItsStandardClaimsAndNoOther(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(every), s.person("ada")
		whole := s.biography(ada)
		for _, scope := range append([]string{""}, userclaims.Scopes()...) {
			want := maps.Clone(whole)
			maps.DeleteFunc(want, func(name string, _ any) bool { return userclaims.ScopeOf(name) != scope || scope == "" })
			issued := ada.tokens(app, [2]string{"scope", strings.TrimSpace("openid " + scope)})
			if got := s.told(issued.AccessToken); !reflect.DeepEqual(got, want) {
				t.Errorf("%q: userinfo\n got %v\nwant %v", scope, got, want)
			}
			if got := personalOf(t, issued.IDToken); !reflect.DeepEqual(got, want) {
				t.Errorf("%q: ID token\n got %v\nwant %v", scope, got, want)
			}
		}
	})
}

func TestWhatIsNotKnownIsLeftOut(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(every), s.person("ada")
		told := s.told(ada.tokens(app, [2]string{"scope", strings.Join(append([]string{"openid"}, userclaims.Scopes()...), " ")}).AccessToken)
		if names := slices.Sorted(maps.Keys(told)); !slices.Equal(names, []string{"email", "email_verified", "groups", "name", "updated_at"}) {
			t.Errorf("told %v", told)
		}
	})
}

func TestMinimalIDTokenTellsOnlyWhatWasAskedForIt(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(every, func(c *storage.Client) { c.IDTokenClaims = storage.IDTokenMinimal }), s.person("ada")
		whole := s.biography(ada)
		plain := ada.tokens(app, [2]string{"scope", "openid profile email"})
		if got := personalOf(t, plain.IDToken); len(got) > 0 {
			t.Errorf("ID token: %v", got)
		}
		if got := s.told(plain.AccessToken); got["email"] != whole["email"] || got["given_name"] != "Ada" {
			t.Errorf("userinfo: %v", got)
		}
		asked := ada.tokens(app, [2]string{"scope", "openid profile"}, asking(`{"id_token":{"nickname":null,"email":{"essential":true}}}`))
		if got := personalOf(t, asked.IDToken); !reflect.DeepEqual(got, map[string]any{"nickname": "Al", "email": whole["email"]}) {
			t.Errorf("asked for by name: %v", got)
		}
	})
}

func TestNamedClaimsAreToldWhereTheyWereAskedForAndNotMore(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(every), s.person("ada")
		s.biography(ada)
		names := func(claims map[string]any) string { return strings.Join(slices.Sorted(maps.Keys(claims)), " ") }
		for asked, want := range map[string][2]string{
			`{"userinfo":{"birthdate":null}}`:                                   {"birthdate", ""},
			`{"id_token":{"birthdate":{"essential":true}}}`:                     {"", "birthdate"},
			`{"userinfo":{"phone_number":null},"id_token":{"email":null}}`:      {"phone_number", "email"},
			`{"userinfo":{"address":null,"unknown":null,"name#de":null}}`:       {"address", ""},
			`{"userinfo":{"email":{"value":"x"}},"id_token":{"email":null}}`:    {"email", "email"},
			`{"userinfo":{"groups":null,"auth_time":null},"id_token":{}}`:       {"groups", ""},
			`{"id_token":{"auth_time":{"essential":true},"acr":null}}`:          {"", ""},
			`{"userinfo":{"email_verified":null,"phone_number_verified":null}}`: {"email_verified phone_number_verified", ""},
		} {
			issued := ada.tokens(app, asking(asked), [2]string{"scope", "openid offline_access"})
			if got := [2]string{names(s.told(issued.AccessToken)), names(personalOf(t, issued.IDToken))}; got != want {
				t.Errorf("%s: userinfo and ID token tell %q, want %q", asked, got, want)
			}
			refreshed := s.refresh(app, issued.RefreshToken)
			if got := names(personalOf(t, refreshed.json(t, "id_token").(string))); got != want[1] {
				t.Errorf("%s: refreshed, the ID token tells %q", asked, got)
			}
			if got := names(s.told(refreshed.json(t, "access_token").(string))); got != want[0] {
				t.Errorf("%s: refreshed, userinfo tells %q", asked, got)
			}
		}
	})
}

// A claim by name takes nothing from the scopes that were asked for as well.
func TestNamedClaimsAddToScopes(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(every), s.person("ada")
		s.biography(ada)
		issued := ada.tokens(app, [2]string{"scope", "openid email"}, asking(`{"userinfo":{"email":null,"nickname":null}}`))
		told := s.told(issued.AccessToken)
		if got := slices.Sorted(maps.Keys(told)); !slices.Equal(got, []string{"email", "email_verified", "nickname"}) {
			t.Errorf("told %v", got)
		}
	})
}
