package provider

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// Every one of these is reported to the client before the user signs in, with state and iss.
func TestBadRequestsAreToldToTheClientAtOnce(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app := s.app()
	set := func(pairs ...[2]string) [][2]string { return pairs }
	for _, test := range []struct {
		want string
		more [][2]string
	}{
		{"invalid_request", set([2]string{"code_challenge", ""}, [2]string{"code_challenge_method", ""})},
		{"invalid_request", set([2]string{"code_challenge", ""})},
		{"invalid_request", set([2]string{"code_challenge_method", ""})},
		{"invalid_request", set([2]string{"code_challenge_method", "plain"})},
		{"invalid_request", set([2]string{"code_challenge_method", "s256"})},
		{"invalid_request", set([2]string{"code_challenge_method", " S256"})},
		{"invalid_request", set([2]string{"code_challenge_method", "S512"})},
		{"invalid_request", set([2]string{"code_challenge", challengeOf(verifier)[:42]})},
		{"invalid_request", set([2]string{"code_challenge", challengeOf(verifier) + "A"})},
		{"invalid_request", set([2]string{"code_challenge", strings.Repeat("=", 43)})},
		{"invalid_request", set([2]string{"code_challenge", strings.Repeat("~", 43)})},
		{"invalid_request", set([2]string{"response_type", ""})},
		{"unsupported_response_type", set([2]string{"response_type", "token"})},
		{"unsupported_response_type", set([2]string{"response_type", "id_token"})},
		{"unsupported_response_type", set([2]string{"response_type", "code id_token"})},
		{"unsupported_response_type", set([2]string{"response_type", "code code"})},
		{"unsupported_response_type", set([2]string{"response_type", "none"})},
		{"invalid_request", set([2]string{"response_mode", "fragment"})},
		{"invalid_request", set([2]string{"response_mode", "query.jwt"})},
		{"invalid_request", set([2]string{"response_mode", "jwt"})},
		{"invalid_request", set([2]string{"response_mode", "jwt"}, [2]string{"scope", "openid photos"})},
		{"invalid_request", set([2]string{"response_mode", "bogus"})},
		{"invalid_request_object", set([2]string{"request", "e30.e30."})},
		{"request_not_supported", set([2]string{"request", base64url([]byte(`{"alg":"none"}`)) + ".e30."})},
		{"request_uri_not_supported", set([2]string{"request_uri", "https://app.example/request"})},
		{"registration_not_supported", set([2]string{"registration", "{}"})},
		{"invalid_scope", set([2]string{"scope", "openid photos"})},
		{"invalid_scope", set([2]string{"scope", "OPENID"})},
		{"invalid_target", set([2]string{"resource", "https://unknown.example"})},
		{"invalid_target", set([2]string{"resource", "relative"})},
		{"invalid_target", set([2]string{"resource", "https://mcp.example/#f"})},
		{"invalid_request", set([2]string{"prompt", "none login"})},
		{"invalid_request", set([2]string{"prompt", "sometimes"})},
		{"invalid_request", set([2]string{"max_age", "-1"})},
		{"invalid_request", set([2]string{"max_age", "abc"})},
		{"invalid_request", set([2]string{"max_age", "99999999999999999999"})},
		{"invalid_request", set([2]string{"display", "cinema"})},
		{"invalid_request", set([2]string{"claims", "{"})},
		{"invalid_request", set([2]string{"claims", "[]"})},
		{"invalid_request", set([2]string{"claims", strings.Repeat("[", 4000)})},
		{"invalid_request", set([2]string{"id_token_hint", "x.y.z"})},
		{"login_required", set([2]string{"prompt", "none"})},
	} {
		if got := s.get(s.authorizeURL(app, test.more...)).refusal(t, s, "state"); got != test.want {
			t.Errorf("%v: got %s, want %s", test.more, got, test.want)
		}
	}
}

func registeredItself(c *storage.Client) { c.ID = storage.NewID(storage.DynamicPrefix) }

func approved(c *storage.Client) { c.Approved = true }

// Some agents ask for all of scopes_supported, whatever they need. A client that an operator registered
// here can be corrected here.
func TestAdvertisedScopeThatAClientMayNotHaveIsLeftOut(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(registeredItself, approved), s.person("ada")
		bare := s.app(registeredItself, func(c *storage.Client) { c.Scopes = []string{"weather"} })
		if got := s.get(s.authorizeURL(s.app(), [2]string{"scope", "openid groups"})).refusal(t, s, "state"); got != "invalid_scope" {
			t.Errorf("registered here: %s", got)
		}
		for _, scope := range []string{"groups", "groups admin", "openid groups admin"} {
			if got := s.get(s.authorizeURL(app, [2]string{"scope", scope})).refusal(t, s, "state"); got != "invalid_scope" {
				t.Errorf("%s: %s", scope, got)
			}
		}
		for scope, want := range map[string]string{
			"openid profile email groups offline_access": "email offline_access openid profile",
			"groups openid openid":                       "openid",
		} {
			answer := s.redeem(app, ada.code(app, [2]string{"scope", scope}))
			if answer.json(t, "scope") != want || claimsOf(t, answer.json(t, "access_token").(string))["scope"] != want {
				t.Errorf("%s: %s", scope, answer.body)
			}
		}
		answer := s.redeem(bare, ada.code(bare, [2]string{"scope", "openid groups weather"}))
		if answer.json(t, "scope") != "weather" || answer.json(t, "id_token") != nil {
			t.Errorf("%s", answer.body)
		}
	})
}

// What a client registered as its scope is what it gets unasked; it may ask for all it may have.
func TestRequestWithoutScopeGetsTheDefaults(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app, ada := s.app(func(c *storage.Client) { c.DefaultScopes = []string{"openid"} }), s.person("ada")
	for scope, want := range map[string]string{"": "openid", "email profile": "email profile"} {
		if answer := s.redeem(app, ada.code(app, [2]string{"scope", scope})); answer.json(t, "scope") != want {
			t.Errorf("%q: %s", scope, answer.body)
		}
	}
	all, eve := s.app(), s.person("eve")
	if answer := s.redeem(all, eve.code(all, [2]string{"scope", ""})); answer.json(t, "scope") != "openid profile email offline_access" {
		t.Errorf("%s", answer.body)
	}
}

func TestClientWithoutTheGrantIsRefused(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app := s.app(func(c *storage.Client) { c.GrantTypes = []string{"client_credentials"} })
	if got := s.get(s.authorizeURL(app)).refusal(t, s, "state"); got != "unauthorized_client" {
		t.Errorf("got %s", got)
	}
}

// The two named exceptions to PKCE, and what they do not except.
func TestPKCEIsOptionalOnlyWhereSaid(t *testing.T) {
	none := [][2]string{{"code_challenge", ""}, {"code_challenge_method", ""}}
	s := newServerAt(t, storagetest.SQLite(t), "", func(c *Config) { c.PKCEPublicOnly = true })
	if got := s.get(s.authorizeURL(s.app(public), none...)).refusal(t, s, "state"); got != "invalid_request" {
		t.Errorf("a public client: %s", got)
	}
	excepted := s.app(public, func(c *storage.Client) { c.PKCEOptional = true })
	if got := s.get(s.authorizeURL(excepted, none...)).refusal(t, s, "state"); got != "invalid_request" {
		t.Errorf("a public client with require_pkce false: %s", got)
	}
	plain := [2]string{"code_challenge_method", "plain"}
	if got := s.get(s.authorizeURL(s.app(), plain)).refusal(t, s, "state"); got != "invalid_request" {
		t.Errorf("plain: %s", got)
	}
	s.person("ada").code(s.app(), none...)
}

// A HEAD asks for no answer, so none is made.
func TestHEADMakesNoCode(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app, ada := s.app(), s.person("ada")
	ada.code(app)
	before := s.db.Stats()
	for _, path := range []string{s.authorizeURL(app), "/authorize/X"} {
		a := send(t, ada.Client, request(t, http.MethodHead, s.endpoint(path), nil))
		if a.StatusCode != http.StatusMethodNotAllowed || a.Header.Get("Allow") == "" || a.Header.Get("Location") != "" {
			t.Errorf("%s: %d %v", path, a.StatusCode, a.Header)
		}
	}
	if used := spentSince(before, s.db.Stats()); used.Writes != 0 {
		t.Errorf("HEAD wrote: %+v", used)
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch} {
		if a := s.do(request(t, method, s.endpoint("/authorize"), nil)); a.StatusCode != http.StatusMethodNotAllowed || a.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %d %v", method, a.StatusCode, a.Header)
		}
	}
}

func TestResponseHoldsCodeStateAndIssuerOnly(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(), s.person("ada")
		ada.code(app) // signed in now
		a := ada.open(s.authorizeURL(app))
		q := a.location(t).Query()
		if a.StatusCode != http.StatusSeeOther || len(q) != 3 || q.Get("code") == "" || q.Get("state") != "state" || q.Get("iss") != s.Issuer {
			t.Errorf("%d to %s", a.StatusCode, a.location(t))
		}
		if a.Header.Get("Referrer-Policy") != "no-referrer" || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("headers %v", a.Header)
		}
		if without := ada.open(s.authorizeURL(app, [2]string{"state", ""})).location(t).Query(); without.Has("state") || without.Get("code") == "" {
			t.Errorf("without state: %v", without)
		}
	})
}

// A form of another site comes without cookies; the browser is asked to come again as a link.
func TestPostedRequestComesAgainWithItsCookies(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app, ada := s.app(), s.person("ada")
	ada.code(app)
	target, err := url.Parse(s.authorizeURL(app))
	must(t, err)
	r := request(t, http.MethodPost, s.endpoint("/authorize"), target.Query())
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	again := send(t, ada.Client, r)
	if len(again.Header.Values("Set-Cookie")) > 0 {
		t.Error("the browser's cookies were replaced")
	}
	if q := ada.open(s.http.URL + again.location(t).String()).location(t).Query(); q.Get("code") == "" {
		t.Errorf("got %v", q)
	}
}

func TestPostedRequestThatNoURLHoldsIsToldToTheClient(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	long := strings.Repeat("é", 2000)
	target, err := url.Parse(s.authorizeURL(s.app(), [2]string{"nonce", long}, [2]string{"login_hint", "ada"}, [2]string{"acr_values", long}))
	must(t, err)
	if got := s.post("/authorize", target.Query()).refusal(t, s, "state"); got != "invalid_request" {
		t.Errorf("got %s", got)
	}
}

func TestMaxAge(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(), s.person("ada")
		first := claimsOf(t, ada.tokens(app).IDToken)["auth_time"].(float64)
		s.wait(10 * time.Second)
		for age, again := range map[string]bool{"10000": false, "1": true, "0": true} {
			s.wait(2 * time.Second)
			none := ada.open(s.authorizeURL(app, [2]string{"max_age", age}, [2]string{"prompt", "none"})).location(t).Query()
			if (none.Get("error") == "login_required") != again {
				t.Errorf("max_age=%s, prompt=none: %v", age, none)
			}
			now := claimsOf(t, ada.tokens(app, [2]string{"max_age", age}).IDToken)["auth_time"].(float64)
			if (now > first) != again {
				t.Errorf("max_age=%s: auth_time %v, then %v", age, first, now)
			}
			first = now
		}
	})
}

func TestPromptLoginAsksAgainWhateverTheBrowserChanges(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(), s.person("ada")
		first := claimsOf(t, ada.tokens(app).IDToken)["auth_time"].(float64)
		s.wait(5 * time.Second)
		if now := claimsOf(t, ada.tokens(app, [2]string{"prompt", "login"}).IDToken)["auth_time"].(float64); now <= first {
			t.Errorf("auth_time %v, then %v", first, now)
		}
	})
}

// A hint of another user is never a silent switch, and never tokens of another person.
func TestHintOfSomebodyElse(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada, bob := s.app(), s.person("ada"), s.person("bob")
		hint := [2]string{"id_token_hint", bob.tokens(app).IDToken}
		own := [2]string{"id_token_hint", ada.tokens(app).IDToken}
		none := [2]string{"prompt", "none"}
		if got := ada.open(s.authorizeURL(app, hint, none)).location(t).Query().Get("error"); got != "login_required" {
			t.Errorf("prompt=none: %s", got)
		}
		// Ada signs in once more as herself.
		if got := ada.open(s.authorizeURL(app, hint)).location(t).Query(); got.Get("error") != "login_required" || got.Has("code") {
			t.Errorf("as somebody else: %v", got)
		}
		s.wait(48 * time.Hour)
		if got := ada.open(s.authorizeURL(app, own, none)).location(t).Query(); got.Get("code") == "" {
			t.Errorf("her own, expired: %v", got)
		}
	})
}

func TestConsentIsTheClientsToLose(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app(func(c *storage.Client) { c.FirstParty = false })
		ada := s.person("ada")
		ada.code(app)
		none := ada.open(s.authorizeURL(app, [2]string{"prompt", "none"})).location(t).Query()
		if none.Get("error") != "consent_required" {
			t.Errorf("prompt=none: %v", none)
		}
	})
}

// After pages the browser goes on by a page: form-action would stop a redirect.
func TestAfterPagesTheBrowserLeavesByAPage(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	a := s.person("ada").open(s.authorizeURL(s.app()))
	if a.StatusCode != http.StatusOK || !strings.HasPrefix(a.Header.Get("Refresh"), "0;url="+callback+"?code=") {
		t.Errorf("%d %v", a.StatusCode, a.Header)
	}
	if !strings.Contains(string(a.body), "app.example/cb?code=") {
		t.Error("the page has no link for who is not sent on")
	}
}

// Only the browser that began can go on, and only once.
func TestRequestBelongsToItsBrowserAndIsAnsweredOnce(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada, mallory := s.app(), s.person("ada"), s.person("mallory")
		ada.code(app)
		r := request(t, http.MethodGet, s.endpoint(s.authorizeURL(app, [2]string{"prompt", "login"})), nil)
		page := send(t, ada.Client, r).location(t)
		handle := page.Query().Get("request")
		mallory.code(app)
		mallory.open("/authorize/"+handle).page(t, http.StatusBadRequest)
		s.get("/authorize/"+handle).page(t, http.StatusBadRequest)

		won := 0
		ada.open(s.http.URL + page.String())
		for range 3 {
			if ada.open("/authorize/"+handle).Header.Get("Refresh") != "" {
				won++
			}
		}
		if won != 0 {
			t.Errorf("answered %d times more", won)
		}
	})
}

// A redirect URI taken from the client meanwhile gets nothing.
func TestClientThatChangedMeanwhile(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app, ada := s.app(), s.person("ada")
	page := send(t, ada.Client, request(t, http.MethodGet, s.endpoint(s.authorizeURL(app)), nil)).location(t)
	c := s.client(app.id)
	c.RedirectURIs = []string{"https://other.example/cb"}
	s.must(s.db.UpdateClient(s.ctx(), &c))
	ada.open(s.http.URL+page.String()).page(t, http.StatusBadRequest)
}

// Many tabs in one browser: each ends with its own state, and its own client.
func TestTabsAreNeverMixedUp(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	ada := s.person("ada")
	type tab struct{ page, state, client string }
	var tabs []tab
	for range 20 {
		app, state := s.app(), storage.NewID("state-")
		r := request(t, http.MethodGet, s.endpoint(s.authorizeURL(app, [2]string{"state", state})), nil)
		tabs = append(tabs, tab{send(t, ada.Client, r).location(t).String(), state, app.id})
	}
	for _, one := range tabs {
		q := ada.open(s.http.URL + one.page).location(t).Query()
		grant, err := s.db.GrantByCode(s.ctx(), storage.Digest(q.Get("code")))
		must(t, err)
		if q.Get("state") != one.state || grant.ClientID != one.client {
			t.Fatalf("state %s client %s, want %+v", q.Get("state"), grant.ClientID, one)
		}
	}
}

func TestFormPostCarriesTheAnswerInAForm(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app, ada := s.app(), s.person("ada")
	ada.code(app)
	a := ada.open(s.authorizeURL(app, [2]string{"response_mode", "form_post"}, [2]string{"state", `"><svg onload=alert(1)>`}))
	a.page(t, http.StatusOK)
	body := string(a.body)
	if !strings.Contains(body, `action="`+callback+`"`) || !strings.Contains(body, `name="code"`) || !strings.Contains(body, `name="iss"`) || strings.Contains(body, "<svg onload") {
		t.Errorf("page %s", body)
	}
}
