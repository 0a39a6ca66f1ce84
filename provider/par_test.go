package provider

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// pushForm returns a good request of c; more as for authorizeURL.
func (s *server) pushForm(c login, more ...[2]string) url.Values {
	s.t.Helper()
	u, err := url.Parse(s.authorizeURL(c, more...))
	s.must(err)
	return u.Query()
}

// pushed pushes a good request and returns its name.
func (s *server) pushed(c login, more ...[2]string) string {
	s.t.Helper()
	var basic []login
	if c.secret != "" {
		basic = append(basic, c)
	}
	a := s.post("/par", s.pushForm(c, more...), basic...)
	uri, _ := a.json(s.t, "request_uri").(string)
	if a.StatusCode != http.StatusCreated || !strings.HasPrefix(uri, "urn:ietf:params:oauth:request_uri:") || a.Header.Get("Cache-Control") != "no-store" {
		s.t.Fatalf("%d %v %s", a.StatusCode, a.Header, a.body)
	}
	return uri
}

func (s *server) byName(c login, uri string, more ...[2]string) string {
	form := url.Values{"client_id": {c.id}, "request_uri": {uri}}
	for _, m := range more {
		form.Set(m[0], m[1])
	}
	return "/authorize?" + form.Encode()
}

func TestBadPushIsRefused(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app, other := s.app(), s.app()
	for name, c := range map[string]struct {
		more   [2]string
		status int
		error  string
	}{
		"another redirect_uri": {[2]string{"redirect_uri", "https://evil.example"}, 400, "invalid_request"},
		"no redirect_uri":      {[2]string{"redirect_uri", ""}, 400, "invalid_request"},
		"no PKCE":              {[2]string{"code_challenge", ""}, 400, "invalid_request"},
		"an implicit flow":     {[2]string{"response_type", "token"}, 400, "unsupported_response_type"},
		"an unknown scope":     {[2]string{"scope", "openid root"}, 400, "invalid_scope"},
		"an unknown resource":  {[2]string{"resource", "https://nobody.example"}, 400, "invalid_target"},
		"a request_uri":        {[2]string{"request_uri", "urn:ietf:params:oauth:request_uri:" + "x"}, 400, "invalid_request"},
		"a request object":     {[2]string{"request", "a.b.c"}, 400, "invalid_request_object"},
		"a prompt":             {[2]string{"prompt", "none login"}, 400, "invalid_request"},
		"another's client_id":  {[2]string{"client_id", other.id}, 400, "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			s.post("/par", s.pushForm(app, c.more), app).refused(t, c.status, c.error)
		})
	}
	s.post("/par", s.pushForm(app)).refused(t, http.StatusUnauthorized, "invalid_client")
	s.post("/par", s.pushForm(app), login{id: app.id, secret: "wrong"}).refused(t, http.StatusUnauthorized, "invalid_client")
	twice := s.pushForm(app)
	twice.Add("scope", "openid")
	s.post("/par", twice, app).refused(t, http.StatusBadRequest, "invalid_request")
	s.post("/par?scope=openid", s.pushForm(app), app).refused(t, http.StatusBadRequest, "invalid_request")
	for _, method := range []string{http.MethodGet, http.MethodPut} {
		if a := s.do(request(t, method, s.endpoint("/par"), nil)); a.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", method, a.StatusCode)
		}
	}
}

func TestPushedRequestIsTheClientsAlone(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, other, ada := s.app(), s.app(), s.person("ada")
		uri := s.pushed(app)
		for name, path := range map[string]string{
			"another client":       s.byName(other, uri),
			"no client":            s.byName(login{}, uri),
			"an unknown one":       s.byName(login{id: "c_UNKNOWN"}, uri),
			"another name":         s.byName(app, "urn:ietf:params:oauth:request_uri:"+storage.NewID("")),
			"a name of another":    s.byName(app, "urn:ietf:params:oauth:request_uri:"+"../request:x"),
			"another client twice": s.byName(other, uri),
		} {
			a := ada.open(path)
			if a.page(t, http.StatusBadRequest); a.StatusCode != http.StatusBadRequest {
				t.Errorf("%s: %d", name, a.StatusCode)
			}
		}
		if code := ada.open(s.byName(app, uri)).location(t).Query().Get("code"); code == "" {
			t.Error("the right client was kept out")
		}
	})
}

func TestAForeignRequestURIIsNotFetched(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app := s.app()
	for _, uri := range []string{"https://evil.example/request", s.http.URL + "/jwks", "urn:x"} {
		if got := s.get(s.authorizeURL(app, [2]string{"request_uri", uri})).refusal(t, s, "state"); got != "request_uri_not_supported" {
			t.Errorf("%s: %s", uri, got)
		}
	}
}

func TestPushedRequestExpires(t *testing.T) {
	s := newServerAt(t, storagetest.SQLite(t), "", func(c *Config) { c.PushedTTL = time.Millisecond })
	app := s.app()
	uri := s.pushed(app)
	time.Sleep(5 * time.Millisecond)
	s.get(s.byName(app, uri)).page(t, http.StatusBadRequest)
}

// A pushed request survives being looked at, and is over once its code is made.
func TestPushedRequestGivesOneCode(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(), s.person("ada")
		uri := s.pushed(app, [2]string{"prompt", "login"})
		for range 3 {
			s.get(s.byName(app, uri)).location(t) // to our sign-in page
		}
		if code := ada.open(s.byName(app, uri)).location(t).Query().Get("code"); code == "" {
			t.Fatal("no code")
		}
		ada.open(s.byName(app, uri)).page(t, http.StatusBadRequest)

		ada.code(app) // signed in
		uri = s.pushed(app)
		var codes, pages atomic.Int32
		var all sync.WaitGroup
		for range 30 {
			all.Go(func() {
				a := ada.open(s.byName(app, uri))
				switch {
				case a.Header.Get("Location") != "" && a.location(t).Query().Get("code") != "":
					codes.Add(1)
				case a.StatusCode == http.StatusBadRequest:
					pages.Add(1)
				default:
					t.Errorf("%d %v", a.StatusCode, a.Header)
				}
			})
		}
		all.Wait()
		if codes.Load() != 1 || pages.Load() != 29 {
			t.Errorf("%d codes, %d pages", codes.Load(), pages.Load())
		}
	})
}

// Two tabs of one pushed request wait under two handles, and still there is one code.
func TestTabsOfOnePushedRequestShareItsUse(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(), s.person("ada")
		uri := s.pushed(app, [2]string{"prompt", "consent"})
		ada.code(app)
		var handles []string
		for range 2 {
			r := request(t, http.MethodGet, s.endpoint(s.byName(app, uri)), nil)
			handles = append(handles, send(t, ada.Client, r).location(t).Query().Get("request"))
		}
		if handles[0] == handles[1] || handles[0] == "" {
			t.Fatalf("handles %q", handles)
		}
		if code := ada.open("/test/consent?request=" + handles[0]).location(t).Query().Get("code"); code == "" {
			t.Error("no code in the first tab")
		}
		ada.open("/test/consent?request="+handles[1]).page(t, http.StatusBadRequest)
	})
}

func TestWhatComesAlongWithARequestURICountsForNothing(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(), s.person("ada")
		uri := s.pushed(app, [2]string{"state", "pushed"}, [2]string{"scope", "openid"})
		path := s.byName(app, uri, [2]string{"state", "other"}, [2]string{"scope", "openid email"}, [2]string{"redirect_uri", "https://evil.example"},
			[2]string{"response_mode", "form_post"}, [2]string{"code_challenge", challengeOf(verifier + "x")}, [2]string{"prompt", "bogus"})
		to := ada.open(path + "&scope=twice").location(t)
		if to.Host != "app.example" || to.Query().Get("state") != "pushed" || to.Query().Get("iss") != s.Issuer {
			t.Fatalf("led to %s", to)
		}
		a := s.redeem(app, to.Query().Get("code"))
		if a.ok(t); a.json(t, "scope") != "openid" {
			t.Errorf("scope %v", a.json(t, "scope"))
		}
	})
}

// A form posted to /authorize is sent round once more; what was pushed must not come into the URL.
func TestPostedRequestURIKeepsWhatWasPushedOutOfTheBrowser(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app := s.app()
	uri := s.pushed(app, [2]string{"login_hint", "ada@example.com"})
	to := s.post("/authorize", url.Values{"client_id": {app.id}, "request_uri": {uri}}).location(t)
	if q := to.Query(); len(q) != 2 || q.Get("client_id") != app.id || q.Get("request_uri") != uri {
		t.Errorf("led to %s", to)
	}
}

func TestClientThatMustPushIsRefusedWithoutIt(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(func(c *storage.Client) { c.RequirePAR = true }), s.person("ada")
		if got := s.get(s.authorizeURL(app)).refusal(t, s, "state"); got != "invalid_request" {
			t.Errorf("got %s", got)
		}
		if code := ada.open(s.byName(app, s.pushed(app))).location(t).Query().Get("code"); code == "" {
			t.Error("pushed, and no code")
		}
	})
}

func TestEveryKindOfClientPushes(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		k := newHolder(t)
		app, open, withKey := s.app(), s.app(public), s.app(keyed(k))
		s.pushed(app)
		s.pushed(open)
		form := s.pushForm(withKey)
		form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		form.Set("client_assertion", s.assertion(k, withKey.id))
		if a := s.post("/par", form); a.StatusCode != http.StatusCreated {
			t.Errorf("by assertion: %d %s", a.StatusCode, a.body)
		}
	})
}

func TestCredentialsOfAPushAreNotKept(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app := s.app()
	form := s.pushForm(app)
	form.Set("client_secret", app.secret)
	a := s.post("/par", form)
	uri, _ := a.json(t, "request_uri").(string)
	kept, err := s.Requests.Ephemeral.Get(t.Context(), "pushed:"+(strings.TrimPrefix(uri, "urn:ietf:params:oauth:request_uri:")))
	must(t, err)
	if strings.Contains(string(kept), app.secret) || strings.Contains(string(kept), base64.StdEncoding.EncodeToString([]byte(app.secret))) {
		t.Error("the secret is kept")
	}
	if a.json(t, "expires_in") != 90.0 {
		t.Errorf("expires_in %v", a.json(t, "expires_in"))
	}
}

func TestOneClientCannotPushWithoutEnd(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app, other := s.app(), s.app()
	form := s.pushForm(app)
	for range 1200 {
		if a := s.post("/par", form, app); a.StatusCode != http.StatusCreated {
			t.Fatalf("%d %s", a.StatusCode, a.body)
		}
	}
	limited := false
	for range 50 { // the bucket refills while it is emptied
		if a := s.post("/par", form, app); a.StatusCode == http.StatusTooManyRequests {
			limited = true
			if a.Header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
		}
	}
	if !limited {
		t.Error("no end")
	}
	s.pushed(other)
}
