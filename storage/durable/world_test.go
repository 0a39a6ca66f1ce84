package durable_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// world is a database with one user, signed in, and one client.
type world struct {
	*durable.DB
	t       testing.TB
	ctx     context.Context
	now     time.Time
	user    storage.User
	client  storage.Client
	session storage.Session
}

// onBoth runs test on a fresh world of each database.
func onBoth(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	storagetest.Databases(t, func(t *testing.T, open func(*testing.T) *durable.DB) { test(t, newWorld(t, open(t))) })
}

func newWorld(t testing.TB, d *durable.DB) *world {
	t.Helper()
	w := &world{DB: d, t: t, ctx: context.Background(), now: time.Now().UTC().Truncate(time.Second)}
	d.Clock = func() time.Time { return w.now }
	w.user = storage.User{ID: storage.NewID(storage.UserPrefix), Email: "Ada@example.org", Name: "Ada", CreatedAt: w.now, UpdatedAt: w.now}
	w.ok(d.CreateUser(w.ctx, w.user))
	w.client = w.newClient()
	w.ok(d.CreateClient(w.ctx, w.client))
	w.session = w.newSession()
	_, err := d.StartSession(w.ctx, storage.SignIn{UserID: w.user.ID, Session: w.session})
	w.ok(err)
	return w
}

func (w *world) newClient() storage.Client {
	c := storage.Client{ID: storage.NewID(storage.ClientPrefix), Kind: storage.KindApp, Name: "Books", CreatedAt: w.now, UpdatedAt: w.now}
	c.RedirectURIs = []string{"https://books.example/cb"}
	c.Secrets = []storage.ClientSecret{{
		ID: storage.NewID("cs_"), ClientID: c.ID, Digest: storage.Digest(storage.NewBearer(storage.SecretPrefix)), CreatedAt: w.now,
	}}
	return c
}

func (w *world) newSession() storage.Session {
	return storage.Session{
		ID: storage.NewID(storage.SessionPrefix), Digest: storage.Digest(storage.NewBearer("")), UserID: w.user.ID,
		AuthTime: w.now, ACR: "1", AMR: []string{"mail", "otp"}, CreatedAt: w.now, LastSeenAt: w.now,
		IdleAt: w.now.Add(time.Hour), ExpiresAt: w.now.Add(24 * time.Hour), UserAgent: "Firefox", Network: "192.0.2.0/24",
	}
}

func (w *world) newGrant() storage.Grant {
	g := storage.Grant{
		ID: storage.NewID(storage.GrantPrefix), ClientID: w.client.ID, UserID: w.user.ID, SessionID: w.session.ID,
		CreatedAt: w.now, ExpiresAt: w.now.Add(30 * 24 * time.Hour),
		CodeDigest: storage.Digest(storage.NewBearer(storage.CodePrefix)), CodeExpiresAt: w.now.Add(time.Minute), Seed: []byte("sealed"),
	}
	g.Scopes, g.AuthTime = []string{"openid"}, w.now
	return g
}

// addGrant adds a grant whose code is not spent yet.
func (w *world) addGrant(change ...func(*storage.Grant)) storage.Grant {
	w.t.Helper()
	g := w.newGrant()
	for _, c := range change {
		c(&g)
	}
	w.ok(w.AddGrant(w.ctx, g, storage.Spent{}))
	return g
}

// redeemed adds a grant whose refresh token generation 1 is live.
func (w *world) redeemed(change ...func(*storage.Grant)) storage.Grant {
	w.t.Helper()
	g := w.addGrant(change...)
	w.ok(w.SpendCode(w.ctx, g.ID, w.now, w.now.Add(time.Hour)))
	return g
}

func offline(g *storage.Grant) { g.Offline = true }

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) is(err, want error) {
	w.t.Helper()
	if !errors.Is(err, want) {
		w.t.Fatalf("got error %v, want %v", err, want)
	}
}

// winners runs try n times at once and returns how many succeeded; each other must fail with lost.
func (w *world) winners(n int, lost error, try func(i int) error) int {
	w.t.Helper()
	var won atomic.Int64
	var group sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		group.Go(func() {
			<-start
			switch err := try(i); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, lost):
				w.t.Errorf("a loser got %v, want %v", err, lost)
			}
		})
	}
	close(start)
	group.Wait()
	return int(won.Load())
}

// cost is what do sends to the database.
func (w *world) cost(do func()) durable.Stats {
	before := w.Stats()
	do()
	after := w.Stats()
	return durable.Stats{
		Statements: after.Statements - before.Statements,
		Writes:     after.Writes - before.Writes,
		Commits:    after.Commits - before.Commits,
	}
}

// query is what an access token of the grant stands on.
func (w *world) query(g storage.Grant) storage.TokenQuery {
	return storage.TokenQuery{
		JTI: storage.NewID(""), ClientID: g.ClientID, GrantID: g.ID, SessionID: g.SessionID, UserID: g.UserID, IssuedAt: w.now,
	}
}
