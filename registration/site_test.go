package registration_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/outbound"
	"github.com/symbolon-id/symbolon/registration"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/web"
)

// site publishes what a client says about itself, at app.example.com on loopback.
type site struct {
	*httptest.Server
	hits  atomic.Int64
	clock atomic.Int64 // nanoseconds ahead

	mu       sync.Mutex
	header   http.Header
	status   int
	document string
	keys     string
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{header: http.Header{"Content-Type": {"application/json"}, "Cache-Control": {"no-store"}}, status: http.StatusOK}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(s.answer))
	s.StartTLS()
	t.Cleanup(s.Close)
	s.publish(nil)
	return s
}

func (s *site) answer(w http.ResponseWriter, r *http.Request) {
	s.hits.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(w.Header(), s.header)
	w.WriteHeader(s.status)
	if r.URL.Path == "/keys" {
		_, _ = w.Write([]byte(s.keys))
		return
	}
	_, _ = w.Write([]byte(s.document))
}

func (s *site) port() uint16 { return netip.MustParseAddrPort(s.Listener.Addr().String()).Port() }

func (s *site) url(path string) string {
	return "https://app.example.com:" + strconv.Itoa(int(s.port())) + path
}

// id is the client_id of the site's client.
func (s *site) id() string { return s.url("/client.json") }

// publish makes the document: a good one, but for these members.
func (s *site) publish(changes map[string]any) {
	members := map[string]any{
		"client_id": s.id(), "client_name": "Example App", "redirect_uris": []string{"https://app.example.com/cb"},
		"token_endpoint_auth_method": "none",
	}
	maps.Copy(members, changes)
	text, err := json.Marshal(members)
	if err != nil {
		panic(err)
	}
	s.set(func() { s.document = string(text) })
}

func (s *site) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *site) now() time.Time { return time.Now().Add(time.Duration(s.clock.Load())) }

func (s *site) fetcher() *outbound.Client {
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return outbound.New(outbound.Options{
		Self: "https://issuer.example.com", Ports: []uint16{s.port()}, Roots: roots, Resolver: loopback{}, Clock: s.now,
		Allow: func(a netip.AddrPort) bool { return a.Port() == s.port() },
	})
}

type loopback struct{}

func (loopback) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
}

// clients are those of db and of the site.
func (s *site) clients(db *durable.DB) *registration.Clients {
	return &registration.Clients{
		Store: db, Fetch: s.fetcher(),
		Limiter: web.Limiter{Counter: newCounter()},
		Audit:   audit.NewRecorder(db, audit.Options{}), Clock: s.now,
	}
}

// allowed has a person allow the site's client something.
func (s *site) allowed(t *testing.T, clients *registration.Clients) {
	t.Helper()
	c, err := clients.Client(t.Context(), s.id())
	if err == nil {
		err = clients.Keep(t.Context(), c)
	}
	if err != nil {
		t.Fatal(err)
	}
}

type counter struct{ store *ephemeral.Counts }

func newCounter() counter { return counter{ephemeral.NewCounts()} }

func (c counter) Count(ctx context.Context, key string, events int, per time.Duration) (time.Duration, error) {
	return c.store.Count(ctx, key, storage.Limit{Events: events, Per: per})
}

// everywhere runs a claim on every kind of database.
func everywhere(t *testing.T, claim func(t *testing.T, db *durable.DB)) {
	storagetest.Databases(t, func(t *testing.T, open func(t *testing.T) *durable.DB) { claim(t, open(t)) })
}

func count(t *testing.T, db *durable.DB) int {
	t.Helper()
	all, err := db.Clients(t.Context(), "", storage.Page{})
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func contains(all []audit.Event, kind string) bool {
	return slices.ContainsFunc(all, func(e audit.Event) bool { return e.Type == kind })
}
