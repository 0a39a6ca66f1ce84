package provider

import (
	"net/http"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// A client that has named neither scope nor redirect URI changes what it is registered for, or what
// its document says, after the person has allowed what they were shown.
func TestClientThatChangesAfterConsentIsAskedAboutAnew(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	c := s.app(public, func(c *storage.Client) { c.FirstParty, c.Scopes = false, []string{"groups"} })
	b, asked := s.person("ada"), 0
	target := s.endpoint(s.authorizeURL(c, [2]string{"scope", ""}, [2]string{"redirect_uri", ""}))
	for range 10 {
		r := request(t, http.MethodGet, target, nil)
		r.Header.Set("X-Test-User", b.user.ID)
		a := send(t, b.Client, r)
		if strings.Contains(target, "/test/consent") {
			if asked++; asked == 1 { // allowed, and then
				row, err := s.db.Client(t.Context(), c.id)
				s.must(err)
				row.Scopes, row.RedirectURIs = []string{"email", "offline_access"}, []string{"https://other.example/cb"}
				s.must(s.db.UpdateClient(t.Context(), &row))
			}
		}
		next := a.Header.Get("Location")
		if next == "" {
			break
		}
		to, err := r.URL.Parse(next)
		s.must(err)
		target = to.String()
	}
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
}
