package registration_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/registration"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

const goodRedirect = "https://app.example.com/cb"

// asking is a door that asks the site.
func asking(s *site) func(*registration.Endpoint) {
	return func(e *registration.Endpoint) {
		e.Fetch = s.fetcher()
	}
}

func pairwise(sector string, redirects ...any) map[string]any {
	return app("subject_type", "pairwise", "sector_identifier_uri", sector, "redirect_uris", redirects)
}

func TestSectorThatDoesNotKnowTheClientIsRefused(t *testing.T) {
	s, db := newSite(t), storagetest.SQLite(t)
	d := open(t, db, asking(s))
	for name, list := range map[string]string{
		"empty list": `[]`, "another": `["https://app.example.com/other"]`, "nearly": `["https://app.example.com/cb/"]`, "one of two": `["https://app.example.com/cb"]`,
		"object": `{"redirect_uris":["https://app.example.com/cb","https://www.example.com/cb"]}`, "text": `"https://app.example.com/cb"`, "numbers": `[1,2]`, "null": `null`,
		"not JSON": `<html>`, "nothing": ``, "two lists": `["https://app.example.com/cb"]["https://www.example.com/cb"]`, "nested": strings.Repeat("[", 100) + strings.Repeat("]", 100),
		"too large": `["` + strings.Repeat("a", 200<<10) + `"]`,
	} {
		s.set(func() { s.document = list })
		mustFail(t, name, d.register(t, pairwise(s.url("/"+name[:3]+".json?"+strings.ReplaceAll(name, " ", "")), goodRedirect, "https://www.example.com/cb")), 400, "invalid_client_metadata")
	}
	s.set(func() { s.document, s.status = `["`+goodRedirect+`"]`, http.StatusNotFound })
	mustFail(t, "not there", d.register(t, pairwise(s.url("/gone.json"), goodRedirect)), 400, "invalid_client_metadata")
	if count(t, db) != 0 {
		t.Error("a client was made")
	}
}

func TestNobodyIsAskedAtAddressesThatAreNone(t *testing.T) {
	s, db := newSite(t), storagetest.SQLite(t)
	d := open(t, db, asking(s))
	for _, sector := range []string{
		"http://app.example.com/s.json", "https://127.0.0.1/s.json", "https://localhost/s.json", "https://issuer.example.com/s.json", "https://u@app.example.com/s.json",
		"https://app.example.com/a b", "file:///etc/passwd", "x",
	} {
		mustFail(t, sector, d.register(t, pairwise(sector, goodRedirect)), 400, "invalid_client_metadata")
	}
	mustFail(t, "two hosts and no sector", d.register(t, pairwise("", goodRedirect, "https://www.example.com/cb")), 400, "invalid_client_metadata")
	if s.hits.Load() != 0 || count(t, db) != 0 {
		t.Errorf("%d requests, %d clients", s.hits.Load(), count(t, db))
	}
}

func TestClientIsOfTheSectorThatListsIt(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		s := newSite(t)
		s.set(func() { s.document = `["` + goodRedirect + `","https://www.example.com/cb","http://127.0.0.1/cb"]` })
		d := open(t, db, asking(s))
		got := d.register(t, pairwise(s.url("/s.json"), goodRedirect, "https://www.example.com/cb"))
		if got.StatusCode != 201 || got.get("subject_type") != "pairwise" || got.get("sector_identifier_uri") != s.url("/s.json") {
			t.Fatalf("%d %s", got.StatusCode, got.text)
		}
		c, err := db.Client(t.Context(), got.get("client_id"))
		if err != nil || c.SubjectType != storage.SubjectPairwise || c.Sector() != "app.example.com" {
			t.Errorf("%+v, %v", c, err)
		}
		mustFail(t, "changed to what is not listed",
			d.manage(t, "PUT", got, pairwise(s.url("/s.json"), "https://evil.example/cb")), 400, "invalid_client_metadata")
		alone := d.register(t, pairwise("", goodRedirect))
		if c, err := db.Client(t.Context(), alone.get("client_id")); err != nil || c.Sector() != "app.example.com" {
			t.Errorf("%+v, %v", c, err)
		}
	})
}

func TestDocumentIsOfTheSectorThatListsIt(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		s := newSite(t)
		s.publish(map[string]any{"subject_type": "pairwise", "sector_identifier_uri": s.url("/keys"), "userinfo_signed_response_alg": "RS512", "contacts": []string{"ops@app.example"}})
		s.set(func() { s.keys = `["https://evil.example/cb"]` })
		_, err := s.clients(db).Client(t.Context(), s.id())
		mustBeNobody(t, "not listed", err)
		s.set(func() { s.keys = `["` + goodRedirect + `"]` })
		c, err := s.clients(db).Client(t.Context(), s.id())
		if err != nil || c.SubjectType != storage.SubjectPairwise || c.Sector() != "app.example.com" || c.UserInfoAlg != "" || len(c.Contacts) != 1 {
			t.Errorf("%+v, %v", c, err)
		}
	})
}

func TestWhatOpenIDConnectAddsIsAnswered(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		d := open(t, db)
		for name, value := range map[string]any{"default_max_age": "60", "require_auth_time": "yes", "default_acr_values": "phr", "contacts": 1, "subject_type": []any{"pairwise"}} {
			mustFail(t, name, d.register(t, app(name, value)), 400, "invalid_client_metadata")
		}
		mustFail(t, "half a second", d.register(t, app("default_max_age", 0.5)), 400, "invalid_client_metadata")
		mustFail(t, "half an ID token", d.register(t, app("id_token_claims", "half")), 400, "invalid_client_metadata")
		mustFail(t, "unsigned", d.register(t, app("userinfo_signed_response_alg", "none")), 400, "invalid_client_metadata")
		sent := app("default_max_age", 0, "require_auth_time", true, "default_acr_values", []any{"phr"}, "initiate_login_uri", "https://app.example/start",
			"contacts", []any{"ops@app.example"}, "application_type", "web", "userinfo_signed_response_alg", "ES256", "id_token_claims", "minimal", "id_token_signed_response_alg", "PS256",
			"subject_type", "public")
		got := d.register(t, sent)
		for name, want := range map[string]string{
			"default_max_age": "0", "require_auth_time": "true", "default_acr_values": `["phr"]`, "initiate_login_uri": `"https://app.example/start"`,
			"contacts": `["ops@app.example"]`, "application_type": `"web"`, "userinfo_signed_response_alg": `"ES256"`, "id_token_claims": `"minimal"`, "id_token_signed_response_alg": `"PS256"`,
			"subject_type": `"public"`,
		} {
			if !strings.Contains(got.text, `"`+name+`":`+want) {
				t.Errorf("%s is not %s: %s", name, want, got.text)
			}
		}
		c, err := db.Client(t.Context(), got.get("client_id"))
		if err != nil || c.SubjectType != "" || c.DefaultMaxAge == nil || *c.DefaultMaxAge != 0 {
			t.Errorf("%+v, %v", c, err)
		}
		if shown := d.manage(t, "GET", got, nil); !strings.Contains(shown.text, `"default_max_age":0`) {
			t.Errorf("%s", shown.text)
		}
	})
}
