package logintest

import (
	"bytes"
	"context"
	"net/netip"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/recovery"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/login/totp"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/web"
)

// Deployment is one database and one ephemeral store, shared by any number of nodes, where Ada
// (u_ada) and Bob (u_bob) sign in by mail and passkey, which a click replaces, and by the real
// authenticator app and recovery codes.
type Deployment struct {
	Outbox
	Clock     Clock
	DB        *durable.DB
	Ephemeral *ephemeral.Memory
	Counts    *ephemeral.Counts // of rates
	Enrolment *totp.Enrolment
	Codes     *recovery.Codes
	Flow      login.Options // what nodes started from now on have besides
	Bind      session.Binding
	Secure    bool           // the issuer is https
	Bare      bool           // nodes have no pages but those to sign in, and the test's own
	Proxies   []netip.Prefix // that say where a browser is: this machine

	Sealer *keys.Sealer
	t      *testing.T
}

// Everywhere runs a claim on a deployment on every kind of database.
func Everywhere(t *testing.T, claim func(t *testing.T, d *Deployment)) {
	t.Helper()
	storagetest.Databases(t, func(t *testing.T, open func(t *testing.T) *durable.DB) { claim(t, Deploy(t, open(t))) })
}

// Deploy returns a deployment on db.
func Deploy(t *testing.T, db *durable.DB) *Deployment {
	t.Helper()
	d := Empty(t, db)
	for _, name := range []string{"ada", "bob"} {
		d.User("u_"+name, name+"@example.com", name)
	}
	return d
}

// Empty returns a deployment without users on db.
func Empty(t *testing.T, db *durable.DB) *Deployment {
	t.Helper()
	d := &Deployment{DB: db, Ephemeral: ephemeral.NewMemory(), Counts: ephemeral.NewCounts(), t: t}
	d.Clock.now = time.Now().Truncate(30 * time.Second).Add(15 * time.Second) // in the middle of a step
	d.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	d.Flow = login.Options{Notices: d, Devices: db}
	db.Clock, d.Ephemeral.Clock, d.Counts.Clock = d.Clock.Now, d.Clock.Now, d.Clock.Now
	d.Configure("not random")
	d.Codes = &recovery.Codes{Store: db, Now: d.Clock.Now}
	return d
}

// User adds a user.
func (d *Deployment) User(id, email, name string) storage.User {
	d.t.Helper()
	u := storage.User{ID: id, Email: email, Name: name, CreatedAt: d.Clock.Now()}
	if err := d.DB.CreateUser(d.t.Context(), u); err != nil {
		d.t.Fatal(err)
	}
	return u
}

// Configure gives the nodes started from now on these secrets, the newest first.
func (d *Deployment) Configure(words ...string) {
	d.t.Helper()
	var secrets [][]byte
	for _, word := range words {
		secrets = append(secrets, bytes.Repeat([]byte(word), 32))
	}
	sealer, err := keys.NewSealer(secrets...)
	if err != nil {
		d.t.Fatal(err)
	}
	d.Sealer = sealer
	d.Enrolment = &totp.Enrolment{Store: d.DB, Sealer: sealer, Issuer: "Symbolon", Now: d.Clock.Now}
}

// Node starts a node with more methods than those there are.
func (d *Deployment) Node(more ...login.Method) *Node {
	d.t.Helper()
	return d.NodeOf(append(d.methods(), more...))
}

// NodeWith starts a node with more pages.
func (d *Deployment) NodeWith(pages func(*web.Mux, *Node)) *Node {
	d.t.Helper()
	return d.NodeOf(d.methods(), pages)
}

// NodeOf starts a node with these methods alone, and with more pages.
func (d *Deployment) NodeOf(methods []login.Method, pages ...func(*web.Mux, *Node)) *Node {
	d.t.Helper()
	return New(d.t, Setup{
		DB: d.DB, Ephemeral: d.Ephemeral, Bind: d.Bind, Secure: d.Secure, Proxies: d.Proxies, Bare: d.Bare,
		Now: d.Clock.Now, Flow: d.Flow,
	}, methods, pages...)
}

func (d *Deployment) methods() []login.Method {
	return []login.Method{
		Click{Called: "mail", Kind: login.Mailbox, AMR: []string{"mail"}},
		Click{Called: login.PasskeyMethod, Kind: login.VerifiedKey, AMR: []string{"pop", "user"}},
		&totp.Method{Store: d.DB, Sealer: d.Sealer, Now: d.Clock.Now},
		&recovery.Method{Store: d.DB, Notices: d, Link: Issuer + "/account/codes", Now: d.Clock.Now},
	}
}

// Limiter counts in this process, by the clock of the deployment.
func (d *Deployment) Limiter() web.Limiter { return web.Limiter{Counter: counter{d.Counts}} }

// counter adapts the rates of a store to web's.
type counter struct{ counts *ephemeral.Counts }

func (c counter) Count(ctx context.Context, key string, events int, per time.Duration) (time.Duration, error) {
	return c.counts.Count(ctx, key, storage.Limit{Events: events, Per: per})
}
