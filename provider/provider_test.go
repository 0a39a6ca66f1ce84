package provider

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/provider/authorize"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

var (
	_ Clients = asRegistered{}
	_ interface {
		Grants
		Tokens
	} = (*durable.DB)(nil)
)

// server is a whole provider on a real database, behind real HTTP.
type server struct {
	*Provider
	Config
	Deps
	t        testing.TB
	db       *durable.DB
	http     *httptest.Server
	offset   atomic.Int64 // of the clock that everything goes by
	recorded recorder
	log      logbook
}

// databases runs test on SQLite and on PostgreSQL, each with a server of its own.
func databases(t *testing.T, test func(t *testing.T, s *server)) {
	storagetest.Databases(t, func(t *testing.T, open func(*testing.T) *durable.DB) {
		test(t, newServer(t, open(t)))
	})
}

func newServer(t testing.TB, db *durable.DB) *server { return newServerAt(t, db, "", nil) }

// newServerAt serves below the issuer path base; change may adjust the configuration.
func newServerAt(t testing.TB, db *durable.DB, base string, change func(*Config)) *server {
	t.Helper()
	s := &server{t: t, db: db}
	mux := web.NewMux(web.MuxOptions{Log: slog.New(slog.NewTextHandler(&s.log, nil))})
	s.http = httptest.NewServer(mux)
	t.Cleanup(s.http.Close)
	db.Clock = s.now
	config := Config{
		Issuer: s.http.URL + base, AccessTokenTTL: 10 * time.Minute, AgentAccessTokenTTL: 30 * time.Minute,
		IDTokenTTL: time.Hour, CodeTTL: time.Minute, RefreshIdle: 24 * time.Hour, RefreshAbsolute: 30 * 24 * time.Hour,
		RefreshRetry: 30 * time.Second,
	}
	if change != nil {
		change(&config)
	}
	deps := s.deps()
	if config.SessionManagement {
		deps.Sessions = session.New(s.db, session.Options{Now: s.now, ShowState: true})
	}
	s.serve(mux, config, deps)
	return s
}

// serve mounts a provider, and the pages that stand in for signing in and consent.
func (s *server) serve(mux *web.Mux, config Config, deps Deps) {
	s.t.Helper()
	p, err := New(config, deps)
	if err != nil {
		s.t.Fatal(err)
	}
	s.Provider, s.Config, s.Deps = p, config, deps
	p.Mount(mux)
	mux.Page("GET "+p.Base+"/test/sign-in", s.signInPage)
	mux.Page("GET "+p.Base+"/test/consent", s.consentPage)
}

// onto serves from now on by a provider with other dependencies.
func (s *server) onto(change func(*Deps)) {
	s.t.Helper()
	deps := s.Deps
	change(&deps)
	mux := web.NewMux(web.MuxOptions{Log: slog.New(slog.NewTextHandler(&s.log, nil))})
	s.serve(mux, s.Config, deps)
	s.http.Config.Handler = mux
}

func (s *server) deps() Deps {
	sealer, err := keys.NewSealer([]byte(strings.Repeat("s", 32)))
	if err != nil {
		s.t.Fatal(err)
	}
	pages, err := templates.New(templates.Brand{})
	if err != nil {
		s.t.Fatal(err)
	}
	return Deps{
		Clients: asRegistered{s.db}, Grants: s.db, Tokens: s.db, Keys: newRing(s.t, s.db, sealer), Sealer: sealer, PairwiseSalt: []byte(strings.Repeat("p", 32)),
		Sessions:     session.New(s.db, session.Options{Now: s.now}),
		Requests:     &interaction.Store{Ephemeral: ephemeral.NewMemory()},
		Interactions: []authorize.Interaction{signIn{s}, consent{}},
		Pages:        pages, Audit: &s.recorded, Metrics: &s.recorded, SecretUse: &s.recorded,
		Limiter: &web.Limiter{Counter: counter{ephemeral.NewCounts()}}, Clock: s.now,
	}
}

func (s *server) now() time.Time { return time.Now().Add(time.Duration(s.offset.Load())) }

func (s *server) wait(d time.Duration) { s.offset.Add(int64(d)) }

func (s *server) endpoint(path string) string { return s.Issuer + path }

func (s *server) do(r *http.Request) *answer { return send(s.t, s.http.Client(), r) }

func (s *server) get(path string) *answer {
	return s.do(request(s.t, http.MethodGet, s.endpoint(path), nil))
}

func (s *server) must(err error) { must(s.t, err) }

func (s *server) ctx() context.Context { return s.t.Context() }

func (s *server) client(id string) storage.Client {
	c, err := s.db.Client(s.ctx(), id)
	s.must(err)
	return c
}

// post sends a form, with Basic authentication when credentials are given.
func (s *server) post(path string, form url.Values, basic ...login) *answer {
	s.t.Helper()
	r := request(s.t, http.MethodPost, s.endpoint(path), form)
	for _, c := range basic {
		r.SetBasicAuth(url.QueryEscape(c.id), url.QueryEscape(c.secret))
	}
	return s.do(r)
}

// signingKeys are made once: RSA keys take long to make.
var signingKeys struct {
	sync.Mutex
	rows []storage.SigningKey
}

func newRing(t testing.TB, db *durable.DB, sealer *keys.Sealer) *keys.Ring {
	t.Helper()
	signingKeys.Lock()
	defer signingKeys.Unlock()
	for _, row := range signingKeys.rows {
		must(t, db.AddSigningKey(t.Context(), row))
	}
	ring := keys.NewRing(db, sealer, keys.Options{Spread: time.Millisecond})
	must(t, ring.Load(t.Context()))
	if signingKeys.rows == nil {
		rows, err := db.SigningKeys(t.Context())
		must(t, err)
		signingKeys.rows = rows
	}
	return ring
}

// asRegistered are clients that no user has to be asked about.
type asRegistered struct{ *durable.DB }

func (c asRegistered) Known(ctx context.Context, id string) (storage.Client, error) {
	return c.Client(ctx, id)
}
