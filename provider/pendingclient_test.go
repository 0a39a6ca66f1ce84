package provider

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// published is a client that is what its document says; the database keeps what it said last.
type published struct {
	asRegistered
	says  func() storage.Client
	asked atomic.Int64
}

func (p *published) Client(ctx context.Context, id string) (storage.Client, error) {
	if !strings.HasPrefix(id, "https://") {
		return p.asRegistered.Client(ctx, id)
	}
	p.asked.Add(1)
	c, err := p.DB.Client(ctx, id)
	if err != nil {
		return c, err
	}
	c.Name, c.ClientMetadata = p.says().Name, p.says().ClientMetadata
	return c, p.DB.UpdateClient(ctx, &c)
}

// document returns a client of that kind.
func (s *server) document() (login, *published, *storage.Client) {
	s.t.Helper()
	says := s.client(s.app(public).id)
	says.ID, says.FirstParty = "https://client.example/client.json", false
	s.must(s.db.CreateClient(s.ctx(), says))
	p := &published{asRegistered: asRegistered{s.db}, says: func() storage.Client { return says }}
	s.onto(func(d *Deps) { d.Clients = p })
	return login{id: says.ID}, p, &says
}

// A document that changes changes the next request, not the one that is under way.
func TestPendingRequestGoesOnWithTheDocumentAsItWas(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		c, site, says := s.document()
		ada, eve := s.person("ada"), s.person("eve")
		parked := ada.park(s.authorizeURL(c))
		says.RedirectURIs, says.Name = []string{"https://elsewhere.example/cb"}, "Other"
		eve.open(s.authorizeURL(c)).page(t, http.StatusBadRequest) // a new one sees the new document, and stores it
		before := site.asked.Load()
		to := ada.open(parked).location(t)
		if !strings.HasPrefix(to.String(), callback) || to.Query().Get("code") == "" {
			t.Errorf("the pending request ends at %s", to)
		}
		if site.asked.Load() != before {
			t.Error("the document was fetched for a pending request")
		}
		s.redeem(c, to.Query().Get("code")).tokens(t)
		ada.open(s.authorizeURL(c)).page(t, http.StatusBadRequest)
	})
}

func TestSwitchedOffDocumentEndsWhatIsPending(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	c, _, _ := s.document()
	ada := s.person("ada")
	parked := ada.park(s.authorizeURL(c))
	s.must(s.db.SetClientDisabled(t.Context(), c.id, s.now()))
	ada.open(parked).page(t, http.StatusBadRequest)
	s.must(s.db.DeleteClient(t.Context(), c.id))
	ada.open(parked).page(t, http.StatusBadRequest)
}

// park begins a request and returns where it waits for its person.
func (b *browser) park(path string) string {
	b.s.t.Helper()
	a := send(b.s.t, b.Client, request(b.s.t, http.MethodGet, b.s.endpoint(path), nil))
	handle := a.Header.Get("Location")
	if i := strings.Index(handle, "request="); i >= 0 {
		return "/authorize/" + handle[i+len("request="):]
	}
	b.s.t.Fatalf("nothing is pending: %d %s", a.StatusCode, handle)
	return ""
}
