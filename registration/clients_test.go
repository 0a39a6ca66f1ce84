package registration_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/registration"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/web"
)

const goodKeys = `{"keys":[{"kty":"EC","crv":"P-256","kid":"1","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}`

func keySet() map[string]any {
	var set map[string]any
	if err := json.Unmarshal([]byte(goodKeys), &set); err != nil {
		panic(err)
	}
	return set
}

// mustBeNobody wants an error that is nothing but a client that does not exist.
func mustBeNobody(t *testing.T, name string, err error) {
	t.Helper()
	var unusable registration.Unusable
	if !errors.Is(err, storage.ErrNotFound) || !errors.As(err, &unusable) {
		t.Errorf("%s: %v", name, err)
	}
}

func TestOddClientIDsAreNobodyAndAskNobody(t *testing.T) {
	s, db := newSite(t), storagetest.SQLite(t)
	clients := s.clients(db)
	clients.Rules.DenyHosts = []string{"denied.example.com"}
	for _, id := range []string{
		"https://", "https://app.example.com", "https://app.example.com/", s.url(""), s.url("/"), s.url("/client.json?a=b"), s.url("/client.json?"),
		s.url("/a/../client.json"), s.url("/client.json#f"), "https://App.example.com/client.json", "https://app.example.com:443/client.json",
		"https://user@app.example.com/client.json", "https://127.0.0.1/client.json", "https://[::1]/client.json", "https://localhost/client.json",
		"https://issuer.example.com/client.json", "https://issuer.example.com/authorize",
		"https://denied.example.com/client.json", "https://below.denied.example.com/client.json", "https://app.example.com/a b",
	} {
		_, err := clients.Client(t.Context(), id)
		mustBeNobody(t, id, err)
	}
	for _, id := range []string{"http://app.example.com/client.json", "HTTPS://app.example.com/client.json", "c_unknown", ""} {
		if _, err := clients.Client(t.Context(), id); !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("%s: %v", id, err)
		}
	}
	if s.hits.Load() != 0 || count(t, db) != 0 {
		t.Errorf("%d requests, %d clients", s.hits.Load(), count(t, db))
	}
}

func TestOnlyAdmittedHostsHaveClients(t *testing.T) {
	s, db := newSite(t), storagetest.SQLite(t)
	clients := s.clients(db)
	for host, admitted := range map[string]bool{"example.com": true, "app.example.com": true, "ample.com": false, "other.org": false} {
		clients.Rules.AllowHosts = []string{host}
		if _, err := clients.Client(t.Context(), s.id()); (err == nil) != admitted {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestSwitchedOffDocumentsAreNobody(t *testing.T) {
	s, db := newSite(t), storagetest.SQLite(t)
	clients := s.clients(db)
	if _, err := clients.Client(t.Context(), s.id()); err != nil {
		t.Fatal(err)
	}
	clients.Rules.NoDocuments = true
	_, err := clients.Client(t.Context(), s.id())
	mustBeNobody(t, "known from before", err)
	if err := db.CreateClient(t.Context(), storage.Client{ID: "c_static", Kind: storage.KindApp, Name: "Static"}); err != nil {
		t.Fatal(err)
	}
	if c, err := clients.Client(t.Context(), "c_static"); err != nil || c.Name != "Static" {
		t.Errorf("a registered one: %v", err)
	}
}

func TestUnusableDocumentsMakeNoClient(t *testing.T) {
	s, db := newSite(t), storagetest.SQLite(t)
	s.set(func() { s.keys = goodKeys })
	for name, changes := range map[string]map[string]any{
		"another's id":         {"client_id": s.url("/other.json")},
		"id with a slash":      {"client_id": s.id() + "/"},
		"id in upper case":     {"client_id": strings.ToUpper(s.id())},
		"id without port":      {"client_id": "https://app.example.com/client.json"},
		"no id":                {"client_id": nil},
		"id that is a list":    {"client_id": []string{s.id()}},
		"a secret":             {"client_secret": "s"},
		"a secret's end":       {"client_secret_expires_at": 0},
		"method with a secret": {"token_endpoint_auth_method": "client_secret_basic"},
		"unknown method":       {"token_endpoint_auth_method": "tls_client_auth"},
		"no keys":              {"token_endpoint_auth_method": "private_key_jwt"},
		"keys and their place": {"token_endpoint_auth_method": "private_key_jwt", "jwks": keySet(), "jwks_uri": s.url("/keys")},
		"keys inside":          {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://127.0.0.1/keys"},
		"keys of ours":         {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://issuer.example.com/jwks"},
		"symmetric keys":       {"token_endpoint_auth_method": "private_key_jwt", "jwks": map[string]any{"keys": []any{map[string]any{"kty": "oct", "k": "AAAA"}}}},
		"no redirect":          {"redirect_uris": nil},
		"no redirects":         {"redirect_uris": []string{}},
		"redirect as a string": {"redirect_uris": "https://app.example.com/cb"},
		"script redirect":      {"redirect_uris": []string{"javascript:alert(1)"}},
		"plain redirect":       {"redirect_uris": []string{"http://app.example.com/cb"}},
		"redirect fragment":    {"redirect_uris": []string{"https://app.example.com/cb#"}},
		"bidi name":            {"client_name": "Ex\u202eample"},
		"invisible name":       {"client_name": "Goo\u200bgle"},
		"name with a newline":  {"client_name": "a\nb"},
		"name as a number":     {"client_name": 7},
		"no grant of ours":     {"grant_types": []string{"implicit"}},
		"no response of ours":  {"response_types": []string{"token"}},
		"too large":            {"x": strings.Repeat("a", 6000)},
	} {
		s.publish(changes)
		_, err := s.clients(db).Client(t.Context(), s.id())
		mustBeNobody(t, name, err)
	}
	for name, document := range map[string]string{
		"empty": "", "null": "null", "list": "[]", "text": `"a"`, "cut": `{"client_id":`, "trailing": s.document + "{}", "mark": "\ufeff" + s.document,
		"twice":         strings.Replace(s.document, `{`, `{"client_id":"x",`, 1),
		"twice, deeper": strings.Replace(s.document, `{`, `{"x":{"a":1,"a":2},`, 1),
		"other case":    strings.Replace(s.document, `"client_id"`, `"Client_ID"`, 1),
		"zero byte":     strings.Replace(s.document, `{`, `{"client_id\u0000":"x",`, 1),
		"deep":          strings.Replace(s.document, `{`, `{"x":`+strings.Repeat("[", 100)+strings.Repeat("]", 100)+`,`, 1),
		"not UTF-8":     strings.Replace(s.document, `Example`, "\xff", 1),
		"NaN":           strings.Replace(s.document, `{`, `{"x":NaN,`, 1),
	} {
		s.set(func() { s.document = document })
		_, err := s.clients(db).Client(t.Context(), s.id())
		mustBeNobody(t, name, err)
	}
	if count(t, db) != 0 {
		t.Error("a client was made")
	}
}

func TestOnlyJSONWithStatus200IsADocument(t *testing.T) {
	s, db := newSite(t), storagetest.SQLite(t)
	for _, c := range []struct {
		media  string
		status int
		good   bool
	}{
		{"text/html", 200, false}, {"", 200, false}, {"application/jsonp", 200, false}, {"text/json", 200, false}, {"application/json, text/html", 200, false},
		{"application/json", 201, false}, {"application/json", 206, false}, {"application/json", 302, false}, {"application/json", 404, false}, {"application/json", 500, false},
		{"application/json; charset=utf-8", 200, true}, {"application/oauth-client-metadata+json", 200, true},
	} {
		s.set(func() {
			s.status = c.status
			s.header.Set("Content-Type", c.media)
			s.header.Set("Location", s.url("/other"))
		})
		before := s.hits.Load()
		_, err := s.clients(db).Client(t.Context(), s.id())
		if (err == nil) != c.good || s.hits.Load() != before+1 {
			t.Errorf("%q %d: %v, %d requests", c.media, c.status, err, s.hits.Load()-before)
		}
		if err != nil {
			mustBeNobody(t, c.media, err)
		}
	}
}

func TestDocumentMakesAClient(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		s := newSite(t)
		s.publish(map[string]any{
			"redirect_uris": []string{"http://localhost/callback", "http://127.0.0.1:1234/cb", "cursor://anysphere/cb"},
			"grant_types":   []string{"authorization_code", "refresh_token", "urn:something:new", "password"},
			"scope":         "openid admin offline_access", "unknown": map[string]any{"a": nil}, "logo_uri": "javascript:alert(1)", "client_uri": nil,
			"first_party": true, "serves": []string{"https://api.example"}, "require_pushed_authorization_requests": true,
		})
		clients := s.clients(db)
		clients.Rules.Resources = []string{"https://mcp.example/mcp"}
		c, err := clients.Client(t.Context(), s.id())
		if err != nil {
			t.Fatal(err)
		}
		if c.ID != s.id() || c.Kind != storage.KindApp || c.Name != "Example App" || !c.Public || c.FirstParty || len(c.Serves) > 0 || !c.RequirePAR ||
			!slices.Equal(c.GrantTypes, []string{"authorization_code", "refresh_token"}) || !slices.Equal(c.DefaultScopes, []string{"openid", "offline_access"}) || slices.Contains(c.Scopes, "admin") ||
			len(c.RedirectURIs) != 3 || !slices.Equal(c.Audiences, clients.Rules.Resources) {
			t.Errorf("%+v", c)
		}
		if n := count(t, db); n != 0 {
			t.Errorf("%d clients are stored before anybody has allowed one anything", n)
		}
		if err := clients.Keep(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		stored, err := db.Client(t.Context(), s.id())
		if err != nil || stored.Name != c.Name || stored.CreatedAt.IsZero() {
			t.Errorf("stored: %+v, %v", stored, err)
		}
		events, err := db.Events(t.Context(), audit.Filter{ClientID: s.id()})
		if err != nil || len(events) != 1 || events[0].Type != audit.ClientCreated || events[0].Method != "document" {
			t.Errorf("audit: %+v, %v", events, err)
		}
	})
}

func TestWhatADocumentLeavesOutHasDefaults(t *testing.T) {
	s, db := newSite(t), storagetest.SQLite(t)
	s.publish(map[string]any{"client_name": nil, "token_endpoint_auth_method": nil, "scope": "admin", "id_token_signed_response_alg": "HS256"})
	c, err := s.clients(db).Client(t.Context(), s.id())
	if err != nil || c.Name != "app.example.com" || !c.Public || c.SigningAlg != "" || !slices.Contains(c.Scopes, "openid") || slices.Contains(c.Scopes, "admin") {
		t.Errorf("%+v, %v", c, err)
	}
	s.publish(map[string]any{"client_name": strings.Repeat("ü", 500)})
	if c, err := s.clients(db).Client(t.Context(), s.id()); err != nil || c.Name != strings.Repeat("ü", 120) {
		t.Errorf("%q, %v", c.Name, err)
	}
}

func TestClientWithKeysIsNotPublic(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		for _, where := range []string{"jwks", "jwks_uri"} {
			s := newSite(t)
			s.set(func() { s.keys = goodKeys })
			s.publish(map[string]any{"token_endpoint_auth_method": "private_key_jwt", where: map[string]any{"jwks": keySet(), "jwks_uri": s.url("/keys")}[where]})
			c, err := s.clients(db).Client(t.Context(), s.id())
			if err != nil || c.Public || c.AuthMethod != storage.AuthPrivateKeyJWT || !strings.Contains(string(c.JWKS), "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4") {
				t.Errorf("%s: %+v, %v", where, c, err)
			}
		}
	})
}

// forgotten remembers whose consents were forgotten, and who lost what it was issued.
type forgotten struct{ ids, revoked []string }

func (f *forgotten) RevokeClientGrants(_ context.Context, id, _ string) error {
	f.revoked = append(f.revoked, id)
	return nil
}

func (f *forgotten) ForgetConsents(_ context.Context, id string) error {
	f.ids = append(f.ids, id)
	return nil
}

func TestChangedDocumentChangesTheClientAndAsksAnew(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		s, asked := newSite(t), &forgotten{}
		s.set(func() { s.keys = goodKeys })
		clients := s.clients(db)
		clients.Consents = asked
		for _, c := range []struct {
			name    string
			changes map[string]any
			anew    int
		}{
			{"first", nil, 0},
			{"the same", nil, 0},
			{"another path", map[string]any{"redirect_uris": []string{"https://app.example.com/cb2"}}, 0},
			{"another logo", map[string]any{"logo_uri": "https://app.example.com/logo.png"}, 1},
			{"another host", map[string]any{"redirect_uris": []string{"https://www.example.com/cb"}}, 1},
			{"another name", map[string]any{"client_name": "Other App"}, 1},
			{"keys", map[string]any{"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": s.url("/keys")}, 1},
			{"the same keys, told otherwise", map[string]any{"token_endpoint_auth_method": "private_key_jwt", "jwks": keySet()}, 0},
			{"no keys any more", nil, 1},
		} {
			s.publish(c.changes)
			asked.ids, asked.revoked = nil, nil
			if c.name == "first" {
				s.allowed(t, clients)
			}
			got, err := clients.Client(t.Context(), s.id())
			if err != nil || (len(asked.ids) > 0) != (c.anew > 0) {
				t.Errorf("%s: %v, asked anew %d times", c.name, err, len(asked.ids))
			}
			if (len(asked.revoked) > 0) != (c.name == "no keys any more") {
				t.Errorf("%s: lost what it was issued: %v", c.name, asked.revoked)
			}
			stored, err := db.Client(t.Context(), s.id())
			if err != nil || stored.Name != got.Name || !slices.Equal(stored.RedirectURIs, got.RedirectURIs) || stored.AuthMethod != got.AuthMethod {
				t.Errorf("%s: stored %+v, %v", c.name, stored, err)
			}
		}
		events, err := db.Events(t.Context(), audit.Filter{ClientID: s.id()})
		if err != nil || !contains(events, audit.ClientUpdated) {
			t.Errorf("audit: %+v, %v", events, err)
		}
	})
}

func TestWhatIsUnderWaySeesTheClientAsItWas(t *testing.T) {
	s, db := newSite(t), storagetest.SQLite(t)
	clients := s.clients(db)
	s.allowed(t, clients)
	s.publish(map[string]any{"redirect_uris": []string{"https://evil.example.com/cb"}})
	c, err := clients.Known(t.Context(), s.id())
	if err != nil || c.RedirectURIs[0] != "https://app.example.com/cb" || s.hits.Load() != 1 {
		t.Errorf("%v, %v, %d requests", c.RedirectURIs, err, s.hits.Load())
	}
}

func TestDisabledClientStaysDisabledWhateverItPublishes(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		s := newSite(t)
		clients := s.clients(db)
		s.allowed(t, clients)
		if err := db.SetClientDisabled(t.Context(), s.id(), time.Now()); err != nil {
			t.Fatal(err)
		}
		s.publish(map[string]any{"client_name": "Brand New"})
		c, err := clients.Client(t.Context(), s.id())
		if err != nil || c.DisabledAt.IsZero() || c.Name != "Example App" || s.hits.Load() != 1 {
			t.Errorf("%+v, %v, %d requests", c, err, s.hits.Load())
		}
	})
}

func TestKnownClientOutlivesAnOutageOfItsSite(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		s := newSite(t)
		clients := s.clients(db)
		s.allowed(t, clients)
		s.set(func() { s.status = http.StatusServiceUnavailable })
		if c, err := clients.Client(t.Context(), s.id()); err != nil || c.Name != "Example App" {
			t.Errorf("during an outage: %v", err)
		}
		s.clock.Store(int64(time.Minute))
		s.set(func() { s.status = http.StatusNotFound })
		_, err := clients.Client(t.Context(), s.id())
		mustBeNobody(t, "taken off", err)
		s.set(func() { s.status = http.StatusServiceUnavailable })
		s.clock.Store(int64(25 * time.Hour))
		_, err = clients.Client(t.Context(), s.id())
		mustBeNobody(t, "a day later", err)
	})
}

func TestThousandRequestsFetchOneDocumentAndKeepOneClient(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		s := newSite(t)
		s.set(func() { s.header.Set("Cache-Control", "max-age=60") })
		clients := s.clients(db)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // the database's own patience is for fewer at once
		defer cancel()
		var all sync.WaitGroup
		for range 1000 {
			all.Go(func() {
				c, err := clients.Client(ctx, s.id())
				if err == nil {
					err = clients.Keep(ctx, c)
				}
				if err != nil || c.ID != s.id() {
					t.Errorf("%v", err)
				}
			})
		}
		all.Wait()
		events, err := db.Events(t.Context(), audit.Filter{ClientID: s.id()})
		if s.hits.Load() != 1 || count(t, db) != 1 || len(events) != 1 || err != nil {
			t.Errorf("%d requests, %d clients, %d events, %v", s.hits.Load(), count(t, db), len(events), err)
		}
	})
}

func TestOneNetworkCannotMakeUsAskTheWholeWorld(t *testing.T) {
	s, db := newSite(t), storagetest.SQLite(t)
	clients := s.clients(db)
	for range 200 {
		_, err := clients.Client(t.Context(), s.url("/"+strings.ToLower(storage.NewID(""))))
		if limited, ok := errors.AsType[*web.Error](err); ok && limited.Status == http.StatusTooManyRequests && limited.RetryAfter > 0 {
			continue
		}
		mustBeNobody(t, "made up", err)
	}
	if n := s.hits.Load(); n == 0 || n > 65 {
		t.Errorf("%d requests", n)
	}
}

func TestOneNetworkCannotMakeUsAskForKeysAllTheTime(t *testing.T) {
	s, db := newSite(t), storagetest.SQLite(t)
	s.set(func() { s.keys = goodKeys })
	s.publish(map[string]any{"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": s.url("/keys")})
	plain := s.Config.Handler
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.set(func() {
			s.header.Set("Cache-Control", map[bool]string{true: "no-store", false: "max-age=3600"}[r.URL.Path == "/keys"])
		})
		plain.ServeHTTP(w, r)
	})
	clients := s.clients(db)
	s.allowed(t, clients)
	for range 200 {
		if c, err := clients.Client(t.Context(), s.id()); err != nil || c.Public {
			t.Fatalf("%+v, %v", c, err)
		}
	}
	if n := s.hits.Load(); n > 65 {
		t.Errorf("%d requests", n)
	}
}

// What is invalid may say of itself that it can be kept for a day. Its owner mends it, and is not kept
// waiting for longer than by a failure; and until then it is not asked for all the time.
func TestInvalidDocumentsAndKeysAreNotKept(t *testing.T) {
	good := map[string]any{"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "KEYS"}
	for name, c := range map[string]struct {
		document, keys string
		media          string
	}{
		"no JSON":        {document: "<html>", media: "application/json"},
		"no client":      {document: "{}", media: "application/json"},
		"another type":   {media: "text/html"},
		"keys: no JSON":  {keys: "<html>", media: "application/json"},
		"keys: none yet": {keys: `{"keys":[]}`, media: "application/json"},
	} {
		s := newSite(t)
		good["jwks_uri"] = s.url("/keys")
		s.publish(good)
		s.set(func() {
			s.keys = goodKeys
			s.header.Set("Cache-Control", "max-age=86400")
			s.header.Set("Content-Type", c.media)
			if c.document != "" {
				s.document = c.document
			}
			if c.keys != "" {
				s.keys = c.keys
			}
		})
		clients := s.clients(storagetest.SQLite(t))
		for range 5 {
			_, err := clients.Client(t.Context(), s.id())
			mustBeNobody(t, name, err)
		}
		if n := s.hits.Load(); n > 2 {
			t.Errorf("%s: %d requests for what is broken", name, n)
		}
		s.publish(good)
		s.set(func() { s.keys = goodKeys; s.header.Set("Content-Type", "application/json") })
		s.clock.Add(int64(31 * time.Second))
		if _, err := clients.Client(t.Context(), s.id()); err != nil {
			t.Errorf("%s: mended, and still %v", name, err)
		}
	}
}

// Developers look at the page, and at the log after it: both name the cause, also the second time.
func TestCauseOfAnUnusableDocumentIsNamedEachTime(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(s *site)
		cause string
	}{
		"away":       {func(s *site) { s.status = http.StatusNotFound }, "status 404"},
		"a web page": {func(s *site) { s.header.Set("Content-Type", "text/html") }, "not JSON"},
		"another's":  {func(s *site) { s.document = `{"client_id":"https://other.example/"}` }, "client_id is not its address"},
		"odd address": {func(s *site) {
			s.document = strings.Replace(s.document, "https://app.example.com/cb", "http://app.example.com/cb", 1)
		}, `redirect_uris: "http://app.example.com/cb"`},
	} {
		s := newSite(t)
		s.set(func() { c.spoil(s) })
		clients := s.clients(storagetest.SQLite(t))
		for _, time := range []string{"first", "second"} {
			_, err := clients.Client(t.Context(), s.id())
			mustBeNobody(t, name, err)
			if !strings.Contains(err.Error(), c.cause) {
				t.Errorf("%s, %s time: %v", name, time, err)
			}
		}
	}
}
