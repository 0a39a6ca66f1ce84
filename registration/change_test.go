package registration_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/registration"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// allow makes Ada's consent to a client.
func allow(t *testing.T, db *durable.DB, clientID string) {
	t.Helper()
	_ = db.CreateUser(t.Context(), storage.User{ID: "u_ada", Email: "ada@example.com", CreatedAt: time.Now()})
	err := db.AddConsent(t.Context(), storage.Consent{UserID: "u_ada", ClientID: clientID, RedirectHost: "app.example", Scopes: []string{"openid"}, GrantedAt: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
}

func isAllowed(t *testing.T, db *durable.DB, clientID string) bool {
	t.Helper()
	scopes, err := db.Consented(t.Context(), "u_ada", clientID, "app.example", "")
	if err != nil {
		t.Fatal(err)
	}
	return len(scopes) > 0
}

func TestUpdateThatMakesAnotherClientOfItAsksAnew(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		d := open(t, db, func(e *registration.Endpoint) { e.Rules.Certificates = true })
		certified := func(name string) map[string]any {
			return app("token_endpoint_auth_method", "tls_client_auth", "tls_client_auth_san_dns", name)
		}
		keyed := func(changes ...any) map[string]any {
			return app(append([]any{"token_endpoint_auth_method", "private_key_jwt", "jwks", keySet()}, changes...)...)
		}
		fetched := func(uri string) map[string]any {
			return app("token_endpoint_auth_method", "private_key_jwt", "jwks_uri", uri)
		}
		other := map[string]any{"keys": []any{map[string]any{"kty": "EC", "crv": "P-256",
			"x": "riB0vSIBV0nQMGudd_G7th6GUkoCFsSEbj68v7f1gOA", "y": "DGcN7hARZe_3NWVIK_wdA_MR5wvnXjlt6EE2CwMZ6Tg"}}}
		for name, c := range map[string]struct {
			first, next map[string]any // nil: keyed()
			same        bool
		}{
			"nothing":                   {nil, keyed(), true},
			"another path":              {nil, keyed("redirect_uris", []any{"https://app.example/new"}), true},
			"terms":                     {nil, keyed("tos_uri", "https://app.example/terms"), true},
			"another name":              {nil, keyed("client_name", "Other"), false},
			"another logo":              {nil, keyed("logo_uri", "https://app.example/logo.png"), false},
			"another host":              {nil, keyed("redirect_uris", []any{"https://evil.example/cb"}), false},
			"one host more":             {nil, keyed("redirect_uris", []any{"https://app.example/cb", "https://evil.example/cb"}), false},
			"another key":               {nil, keyed("jwks", other), false},
			"keys at an address":        {nil, fetched("https://app.example/jwks"), false},
			"another path of its keys":  {fetched("https://app.example/jwks"), fetched("https://app.example/keys"), true},
			"another host of its keys":  {fetched("https://app.example/jwks"), fetched("https://evil.example/jwks"), false},
			"keys by value":             {fetched("https://app.example/jwks"), keyed(), false},
			"another certificate name":  {certified("app.example"), certified("evil.example"), false},
			"the same certificate name": {certified("app.example"), certified("app.example"), true},
		} {
			first := c.first
			if first == nil {
				first = keyed()
			}
			made := d.register(t, first)
			id := made.get("client_id")
			allow(t, db, id)
			c.next["client_id"] = id
			if got := d.manage(t, "PUT", made, c.next); got.StatusCode != 200 {
				t.Fatalf("%s: %d %s", name, got.StatusCode, got.text)
			}
			if isAllowed(t, db, id) != c.same {
				t.Errorf("%s: still allowed is %v", name, !c.same)
			}
		}
	})
}

func TestApprovalIsForWhatTheOperatorSaw(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		s := newSite(t)
		clients := s.clients(db)
		approved := func(id string) bool {
			t.Helper()
			c, err := db.Client(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			return c.Approved
		}
		approve := func(id string) {
			t.Helper()
			c, err := db.Client(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			c.Approved = true
			if err := db.UpdateClient(t.Context(), &c); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			name    string
			changes map[string]any
			kept    bool
		}{
			{"nothing", nil, true}, {"scope", map[string]any{"scope": "openid"}, true}, {"name", map[string]any{"client_name": "Other"}, false},
		} {
			s.allowed(t, clients)
			approve(s.id())
			s.publish(c.changes)
			if got, err := clients.Client(t.Context(), s.id()); err != nil || got.Approved != c.kept || approved(s.id()) != c.kept {
				t.Errorf("document, %s: approved is %v, %v", c.name, got.Approved, err)
			}
		}
		d := open(t, db)
		made := d.register(t, app("approved", true))
		id := made.get("client_id")
		if approved(id) {
			t.Error("it approved itself")
		}
		approve(id)
		d.manage(t, "PUT", made, app("client_id", id, "scope", "openid"))
		if !approved(id) {
			t.Error("gone with a scope")
		}
		d.manage(t, "PUT", made, app("client_id", id, "client_name", "Other"))
		if approved(id) {
			t.Error("stays with another name")
		}
	})
}

func TestPendingAnswersAreComparedWithWhatIsKnownNow(t *testing.T) {
	s, db := newSite(t), storagetest.SQLite(t)
	clients := s.clients(db)
	s.allowed(t, clients)
	was, err := clients.Client(t.Context(), s.id())
	if err != nil {
		t.Fatal(err)
	}
	if changed, err := clients.Changed(t.Context(), was); err != nil || changed {
		t.Errorf("unchanged: %v, %v", changed, err)
	}
	s.publish(map[string]any{"client_name": "Other"})
	if changed, err := clients.Changed(t.Context(), was); err != nil || changed {
		t.Errorf("its site was asked: %v, %v", changed, err)
	}
	if _, err := clients.Client(t.Context(), s.id()); err != nil {
		t.Fatal(err)
	}
	if changed, err := clients.Changed(t.Context(), was); err != nil || !changed {
		t.Errorf("another flow has seen the change: %v, %v", changed, err)
	}
	if changed, err := clients.Changed(t.Context(), storage.Client{ID: "c_gone"}); err != nil || !changed {
		t.Errorf("gone: %v, %v", changed, err)
	}
}

func TestNamesThatDeceiveAreRefusedAndLongOnesCut(t *testing.T) {
	db := storagetest.SQLite(t)
	d := open(t, db)
	for _, name := range []string{"Goo\u200bgle", "\u202eelgooG", "a\nb", "\u2066x", "a\u0000b"} {
		mustFail(t, name, d.register(t, app("client_name", name)), 400, "invalid_client_metadata")
	}
	for name, kept := range map[string]string{
		"<script>alert(1)</script>": "<script>alert(1)</script>", "Google": "Google", strings.Repeat("a", 10<<10): strings.Repeat("a", 120),
	} {
		if got := d.register(t, app("client_name", name)); got.StatusCode != 201 || got.get("client_name") != kept {
			t.Errorf("%.30s: %d %.100s", name, got.StatusCode, got.text)
		}
	}
}

func TestIdsWeMakeAreNeverAddresses(t *testing.T) {
	d := open(t, storagetest.SQLite(t))
	for _, method := range []string{"none", "client_secret_basic"} {
		got := d.register(t, app("client_id", "https://app.example/client.json", "client_name", "https://app.example/client.json", "token_endpoint_auth_method", method))
		if !strings.HasPrefix(got.get("client_id"), registration.Prefix) || strings.Contains(got.get("client_id"), ":") {
			t.Errorf("%s: %s", method, got.text)
		}
	}
}

func TestSoftwareStatementsAreRefusedWhoeverSigned(t *testing.T) {
	d := open(t, storagetest.SQLite(t))
	const none, signed = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.", "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL3guZXhhbXBsZSJ9.c2ln"
	for _, statement := range []any{none, signed, "x", 7, []any{}} {
		mustFail(t, "statement", d.register(t, app("software_statement", statement)), 400, "invalid_software_statement")
	}
}

// Ada answers while the client becomes another one: whoever is last sees the other, so nothing she did
// not see stays allowed.
func TestAnswersThatMeetAChangeAllowNothingUnseen(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		s := newSite(t)
		clients := s.clients(db)
		clients.Consents = db
		s.allowed(t, clients)
		was, err := clients.Client(t.Context(), s.id())
		if err != nil {
			t.Fatal(err)
		}
		for i := range 25 {
			s.publish(map[string]any{"client_name": fmt.Sprint("Name ", i)})
			var all sync.WaitGroup
			all.Go(func() {
				if _, err := clients.Client(t.Context(), s.id()); err != nil {
					t.Error(err)
				}
			})
			for range 4 {
				all.Go(func() {
					allow(t, db, s.id())
					changed, err := clients.Changed(t.Context(), was)
					if err == nil && changed {
						err = db.ForgetConsent(t.Context(), "u_ada", s.id())
					}
					if err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if isAllowed(t, db, s.id()) {
				t.Fatalf("round %d: what she allowed to %q is allowed to another", i, was.Name)
			}
			if was, err = clients.Client(t.Context(), s.id()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// overtaken has the operator change a client once, right before it is written.
type overtaken struct {
	*durable.DB
	once sync.Once
	by   func(c *storage.Client)
}

func (o *overtaken) UpdateClient(ctx context.Context, c *storage.Client) (err error) {
	o.once.Do(func() {
		var now storage.Client
		if now, err = o.DB.Client(ctx, c.ID); err == nil {
			o.by(&now)
			err = o.DB.UpdateClient(ctx, &now)
		}
	})
	return errors.Join(err, o.DB.UpdateClient(ctx, c))
}

func TestChangeOfADocumentDoesNotUndoTheOperators(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		s := newSite(t)
		clients := s.clients(db)
		s.allowed(t, clients)
		clients.Store = &overtaken{DB: db, by: func(c *storage.Client) { c.AccessTokenTTL = time.Minute }}
		s.publish(map[string]any{"client_name": "Other"})
		if _, err := clients.Client(t.Context(), s.id()); err != nil {
			t.Fatal(err)
		}
		c, err := db.Client(t.Context(), s.id())
		if err != nil || c.AccessTokenTTL != time.Minute || c.Name != "Other" {
			t.Errorf("ttl %v, name %q, %v", c.AccessTokenTTL, c.Name, err)
		}
	})
}
