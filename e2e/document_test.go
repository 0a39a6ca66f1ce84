package e2e

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"
)

// clientSite publishes what a client says about itself (Client ID Metadata Document), on this machine.
type clientSite struct {
	*httptest.Server
	hits  atomic.Int64 // of the document
	logos atomic.Int64

	mu      sync.Mutex
	control string // Cache-Control
	members map[string]any
	keys    any
}

var traceID = regexp.MustCompile(`[0-9a-f]{32}`)

func newClientSite(t testing.TB, members map[string]any) *clientSite {
	t.Helper()
	s := &clientSite{control: "no-store"}
	s.Server = httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(s.Close)
	s.publish(members)
	return s
}

// id is the client_id: where the document is.
func (s *clientSite) id() string { return s.URL + "/client.json" }

// publish makes the document: that of a public client, but for these members.
func (s *clientSite) publish(members map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.members = map[string]any{
		"client_id": s.id(), "client_name": "Notebook", "redirect_uris": []string{webCallback}, "token_endpoint_auth_method": "none",
		"grant_types": []string{"authorization_code", "refresh_token", "urn:example:unknown"}, "x-unknown": map[string]any{"a": nil},
	}
	maps.Copy(s.members, members)
}

func (s *clientSite) answer(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Cache-Control", s.control)
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/client.json":
		s.hits.Add(1)
		_ = json.NewEncoder(w).Encode(s.members)
	case "/keys":
		_ = json.NewEncoder(w).Encode(s.keys)
	case "/logo.png":
		s.logos.Add(1)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// inDev is symbolon dev with a client that registered nowhere.
func inDev(t testing.TB, issuer string, s *clientSite) *app {
	t.Helper()
	d := &deployment{issuer: issuer}
	a := d.appOf(t, registered{ClientID: s.id()})
	a.config.Endpoint.AuthStyle = oauth2.AuthStyleInParams // in the body: it has nothing to send as Basic
	return a
}

// asAlice goes on from any page up to the one that asks, or to the end.
func (v *visitor) asAlice(p page) page {
	v.t.Helper()
	p = v.follow(p)
	if p.has("/login/dev") {
		p = v.follow(v.submit(p, "/login/dev", "user", "u_alice"))
	}
	return p
}

func (v *visitor) allow(p page) page {
	v.t.Helper()
	return v.follow(v.submit(p, "/consent", "decision", "allow"))
}

func TestClientIsWhatItsDocumentSays(t *testing.T) {
	t.Parallel()
	issuer := devServer(t)
	s := newClientSite(t, nil)
	s.publish(map[string]any{"client_uri": "https://notebook.example/", "logo_uri": s.URL + "/logo.png"})
	a := inDev(t, issuer, s)
	for _, path := range []string{"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"} {
		var m map[string]any
		if err := json.Unmarshal([]byte(a.d.visitor(t).get(path).body), &m); err != nil || m["client_id_metadata_document_supported"] != true {
			t.Errorf("%s does not say so: %v", path, err)
		}
	}
	v, q := a.d.visitor(t), a.begin()
	asked := v.asAlice(v.get(q.url))
	host := strings.TrimPrefix(s.URL, "http://")
	for _, shown := range []string{host, "It calls itself “<bdi>Notebook</bdi>”", "unverified", "app.example", "No one has verified", "https://notebook.example/"} {
		if !strings.Contains(strings.ReplaceAll(asked.body, "<wbr>", ""), shown) {
			t.Errorf("the page does not show %q:\n%s", shown, asked.body)
		}
	}
	if strings.Contains(asked.body, `<img src="`) {
		t.Error("a picture says \"you know me\", and no one here answers for that")
	}
	token := a.redeem(t, q, v.handedOver(v.allow(asked)))
	if token.RefreshToken == "" {
		t.Error("refresh_token, which it listed, was not granted")
	}
	if info, err := a.provider.UserInfo(a.ctx, oauth2.StaticTokenSource(token)); err != nil || info.Email != "alice@example.com" {
		t.Errorf("userinfo: %v, %v", info, err)
	}

	if n := s.logos.Load(); n != 0 {
		t.Errorf("the logo of software that no one here answers for was fetched %d times", n)
	}
	odd := must[*url.URL](t)(url.Parse(a.begin().url))
	query := odd.Query()
	query.Set("redirect_uri", "https://evil.example/cb")
	odd.RawQuery = query.Encode()
	if p := v.get(odd.String()); p.status != http.StatusBadRequest || p.location != "" {
		t.Errorf("a redirect URI that is not listed: %d %s", p.status, p.location)
	}
}

func TestChangedDocumentAsksAgain(t *testing.T) {
	t.Parallel()
	issuer := devServer(t)
	s := newClientSite(t, nil)
	a := inDev(t, issuer, s)
	v := a.d.visitor(t)
	q := a.begin()
	a.redeem(t, q, v.handedOver(v.allow(v.asAlice(v.get(q.url)))))
	for _, step := range []struct {
		name    string
		members map[string]any
		asked   bool
	}{
		{"the same", nil, false},
		{"an unknown member", map[string]any{"y": 1}, false},
		{"another path", map[string]any{"redirect_uris": []string{webCallback, webCallback + "2"}}, false},
		{"another name", map[string]any{"client_name": "Bank"}, true},
		{"another host more", map[string]any{"client_name": "Bank", "redirect_uris": []string{webCallback, "https://evil.example/cb"}}, true},
		{"a logo", map[string]any{"client_name": "Bank", "redirect_uris": []string{webCallback, "https://evil.example/cb"}, "logo_uri": s.URL + "/logo.png"}, true},
	} {
		s.publish(step.members)
		q := a.begin()
		p := v.asAlice(v.get(q.url))
		if p.has("/consent") != step.asked {
			t.Errorf("%s: asked is %v (%d)", step.name, p.has("/consent"), p.status)
		}
		if p.has("/consent") {
			p = v.allow(p)
		}
		a.redeem(t, q, v.handedOver(p))
	}

	q = a.begin("prompt", "consent")
	pending := v.asAlice(v.get(q.url))
	s.publish(map[string]any{"redirect_uris": []string{"https://elsewhere.example/cb"}})
	other := a.d.visitor(t)
	if p := other.follow(other.get(a.begin().url)); p.status != http.StatusBadRequest {
		t.Errorf("a new request goes by the old document: %d", p.status)
	}
	a.redeem(t, q, v.handedOver(v.allow(pending))) // what was under way goes on as it began
}

func TestDocumentWithKeysIsNoPublicClient(t *testing.T) {
	t.Parallel()
	issuer, k := devServer(t), newKeyholder(t)
	s := newClientSite(t, nil)
	s.publish(map[string]any{"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": s.URL + "/keys"})
	s.keys = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{k.key.Public()}}
	a := inDev(t, issuer, s)
	v, q := a.d.visitor(t), a.begin()
	code := v.handedOver(v.allow(v.asAlice(v.get(q.url)))).Get("code")
	redeem := []string{"grant_type", "authorization_code", "code", code, "redirect_uri", webCallback, "code_verifier", q.verifier}
	refused(t, "without its key", http.StatusUnauthorized, "invalid_client", a.call(t, issuer, "/token", redeem...))
	refused(t, "with another key", http.StatusUnauthorized, "invalid_client",
		a.call(t, issuer, "/token", append(newKeyholder(t).assertion(s.id(), issuer), redeem...)...))
	r := a.call(t, issuer, "/token", append(k.assertion(s.id(), issuer), redeem...)...)
	if r.status != http.StatusOK || lab.seen.secret("access token", r.text("access_token")) == "" {
		t.Errorf("%d %s", r.status, r.body)
	}
	lab.seen.secret("refresh token", r.text("refresh_token"))
	lab.seen.secret("ID token", r.text("id_token"))
}

func TestManyRequestsOfOneDocumentFetchItOnce(t *testing.T) {
	t.Parallel()
	issuer := devServer(t)
	s := newClientSite(t, nil)
	s.control = "max-age=60"
	a := inDev(t, issuer, s)
	var all sync.WaitGroup
	var answered atomic.Int64
	for range 100 {
		all.Go(func() {
			p, err := sent(httpClient(), must[*http.Request](t)(http.NewRequest(http.MethodGet, a.begin().url, nil)))
			switch {
			case err == nil && p.status == http.StatusSeeOther:
				answered.Add(1)
			case err != nil || p.status != http.StatusTooManyRequests || p.header.Get("Retry-After") == "": // few of one network wait
				t.Errorf("%d, %v", p.status, err)
			}
		})
	}
	all.Wait()
	if n := s.hits.Load(); n != 1 || answered.Load() == 0 {
		t.Errorf("fetched %d times, %d answered", n, answered.Load())
	}
	if p := a.d.visitor(t).get(a.begin().url); p.status != http.StatusSeeOther || s.hits.Load() != 1 {
		t.Errorf("afterwards: %d, fetched %d times", p.status, s.hits.Load())
	}
}

// In production nothing on this machine is asked, whatever a client id says; and the page tells
// nothing of what is there.
func TestServeAsksNothingInside(t *testing.T) {
	t.Parallel()
	d := onSQLite(t)
	s := newClientSite(t, map[string]any{"client_name": "inner secret"})
	v, bodies := d.visitor(t), map[string]bool{}
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	for _, id := range []string{
		s.id(), "http://localhost" + port + "/client.json", "https://localhost" + port + "/client.json", "https://127.0.0.1" + port + "/client.json",
		"https://127.0.0.1:1/client.json", "https://169.254.169.254/latest", "https://[::1]" + port + "/client.json", "https://nobody.invalid/client.json",
	} {
		p := v.get("/authorize?" + url.Values{"client_id": {id}, "redirect_uri": {webCallback}, "response_type": {"code"}, "scope": {"openid"}}.Encode())
		if p.status != http.StatusBadRequest || p.location != "" || strings.Contains(p.body, "inner secret") {
			t.Errorf("%s: %d", id, p.status)
		}
		bodies[traceID.ReplaceAllString(p.body, "")] = true
	}
	if s.hits.Load() != 0 {
		t.Error("this machine was asked")
	}
	if len(bodies) != 1 {
		t.Errorf("%d different pages: what is inside shows", len(bodies))
	}
}
