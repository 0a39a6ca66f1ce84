package provider

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// hot are the requests that a server spends its life on.
type hot struct {
	s            *server
	ada          *browser
	agent, es256 login
	app          login
	agentToken   string
	userToken    string
	refresh      string // of the newest generation
}

func newHot(t testing.TB, db *durable.DB) *hot {
	s := newServer(t, db)
	h := &hot{s: s, ada: s.person("ada"), agent: s.agent(), app: s.app(),
		es256: s.agent(func(c *storage.Client) { c.SigningAlg = "ES256" })}
	h.agentToken = s.agentToken(h.agent)
	tokens := h.ada.tokens(h.app, [2]string{"scope", "openid profile email offline_access"})
	h.userToken, h.refresh = tokens.AccessToken, tokens.RefreshToken
	return h
}

// answered sends a request to the handlers themselves, with no network between.
func (h *hot) answered(method, path string, form url.Values, c login, header ...string) []byte {
	r := request(h.s.t, method, h.s.endpoint(path), form)
	r.RequestURI, r.RemoteAddr = r.URL.RequestURI(), "192.0.2.1:4711"
	r.URL.Scheme, r.URL.Host = "", "" // as a server sees it
	if c.id != "" {
		r.SetBasicAuth(c.id, c.secret)
	}
	if len(header) > 0 {
		r.Header.Set(header[0], header[1])
	}
	w := httptest.NewRecorder()
	h.s.http.Config.Handler.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		h.s.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return w.Body.Bytes()
}

func (h *hot) get(path string, header ...string) {
	h.answered(http.MethodGet, path, nil, login{}, header...)
}

func (h *hot) clientCredentials(c login) {
	h.answered(http.MethodPost, "/token", url.Values{"grant_type": {"client_credentials"}}, c)
}

func (h *hot) introspect() {
	h.answered(http.MethodPost, "/introspect", url.Values{"token": {h.agentToken}}, h.agent)
}

func (h *hot) revoke() {
	h.answered(http.MethodPost, "/revoke", url.Values{"token": {h.agentToken}}, h.agent)
}

func (h *hot) rotate() {
	body := h.answered(http.MethodPost, "/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {h.refresh}}, h.app)
	var next tokenAnswer
	h.s.must(json.Unmarshal(body, &next))
	h.refresh = next.RefreshToken
}

func (h *hot) codeFlow() {
	if a := h.s.redeem(h.app, h.ada.code(h.app)); a.StatusCode != http.StatusOK {
		h.s.t.Fatalf("code: %d %s", a.StatusCode, a.body)
	}
}

func (h *hot) requests() []hotRequest {
	return []hotRequest{
		{"discovery", func() { h.get("/.well-known/openid-configuration") }, durable.Stats{}},
		{"jwks", func() { h.get("/jwks") }, durable.Stats{}},
		{"client_credentials RS256", func() { h.clientCredentials(h.agent) }, durable.Stats{Statements: 1}},
		{"client_credentials ES256", func() { h.clientCredentials(h.es256) }, durable.Stats{Statements: 1}},
		{"introspection", h.introspect, durable.Stats{Statements: 2}},
		{"refresh", h.rotate, durable.Stats{Statements: 3, Writes: 1, Commits: 1}},
		{"code flow", h.codeFlow, durable.Stats{Statements: 8, Writes: 3, Commits: 2}},
		{"userinfo", func() { h.get("/userinfo", "Authorization", "Bearer "+h.userToken) }, durable.Stats{Statements: 1}},
		{"revocation", h.revoke, durable.Stats{Statements: 2, Writes: 1, Commits: 1}},
	}
}

// hotRequest is one of them, and the most it may ask of the database.
type hotRequest struct {
	name string
	send func()
	most durable.Stats
}

func TestRequestsAskTheDatabaseNoMoreThanTheyMay(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(*testing.T) *durable.DB) {
		h := newHot(t, open(t))
		for _, r := range h.requests() {
			before := h.s.db.Stats()
			r.send()
			used := spentSince(before, h.s.db.Stats())
			if used.Statements > r.most.Statements || used.Writes > r.most.Writes || used.Commits > r.most.Commits {
				t.Errorf("%s took %+v, at most %+v is allowed", r.name, used, r.most)
			}
		}
	})
}

// BenchmarkRequest measures the whole way of a request through the handlers; the code flow alone goes over
// the network, as it needs a browser.
func BenchmarkRequest(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *durable.DB{"SQLite": storagetest.SQLite, "PostgreSQL": storagetest.PostgreSQL} {
		b.Run(name, func(b *testing.B) {
			h := newHot(b, open(b))
			for _, r := range h.requests() {
				b.Run(r.name, func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						r.send()
					}
				})
			}
		})
	}
}

// BenchmarkAuthenticatePostgreSQL is BenchmarkAuthenticate with a round trip.
func BenchmarkAuthenticatePostgreSQL(b *testing.B) {
	s := newServer(b, storagetest.PostgreSQL(b))
	c := s.agent()
	r := postForm("")
	r.SetBasicAuth(c.id, c.secret)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.token.Auth.Authenticate(b.Context(), r, oauth.Params{}); err != nil {
			b.Fatal(err)
		}
	}
}
