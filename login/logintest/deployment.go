package logintest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
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

// Clock is the time of a test; it moves only when told to.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Add moves the time.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Deployment is one database and one ephemeral store, shared by any number of nodes, where Ada
// (u_ada) and Bob (u_bob) sign in by mail and passkey, which a click stands for, and by the real
// authenticator app and recovery codes.
type Deployment struct {
	Outbox
	Clock     Clock
	DB        *durable.DB
	Ephemeral *ephemeral.Memory
	Enrolment *totp.Enrolment
	Codes     *recovery.Codes
	Flow      login.Options // what nodes started from now on have besides
	Bind      session.Binding

	t      *testing.T
	sealer *keys.Sealer
}

// Everywhere runs a claim on a deployment on every kind of database.
func Everywhere(t *testing.T, claim func(t *testing.T, d *Deployment)) {
	t.Helper()
	storagetest.Databases(t, func(t *testing.T, open func(t *testing.T) *durable.DB) { claim(t, Deploy(t, open(t))) })
}

// Deploy returns a deployment on db.
func Deploy(t *testing.T, db *durable.DB) *Deployment {
	t.Helper()
	d := &Deployment{DB: db, Ephemeral: ephemeral.NewMemory(), t: t}
	d.Clock.now = time.Now().Truncate(30 * time.Second).Add(15 * time.Second) // in the middle of a step
	d.Flow = login.Options{Notices: d, Devices: db}
	db.Now, d.Ephemeral.Now = d.Clock.Now, d.Clock.Now
	d.Configure("not random")
	d.Codes = &recovery.Codes{Store: db, Now: d.Clock.Now}
	for _, name := range []string{"ada", "bob"} {
		u := storage.User{ID: "u_" + name, Email: name + "@example.com", Name: name, CreatedAt: d.Clock.Now()}
		if err := db.CreateUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
	return d
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
	d.sealer = sealer
	d.Enrolment = &totp.Enrolment{Store: d.DB, Sealer: sealer, Issuer: "Symbolon", Now: d.Clock.Now}
}

// Node starts a node with more methods than those there are.
func (d *Deployment) Node(more ...login.Method) *Node {
	d.t.Helper()
	return d.start(more)
}

// NodeWith starts a node with more pages.
func (d *Deployment) NodeWith(pages func(*web.Mux, *Node)) *Node {
	d.t.Helper()
	return d.start(nil, pages)
}

func (d *Deployment) start(more []login.Method, mounts ...func(*web.Mux, *Node)) *Node {
	d.t.Helper()
	methods := append([]login.Method{
		Click{Called: "mail", Kind: login.Mailbox, AMR: []string{"mail"}},
		Click{Called: login.PasskeyMethod, Kind: login.VerifiedKey, AMR: []string{"pop", "user"}},
		&totp.Method{Store: d.DB, Sealer: d.sealer, Now: d.Clock.Now},
		&recovery.Method{Store: d.DB, Notices: d, Link: Issuer + "/account/codes", Now: d.Clock.Now},
	}, more...)
	return New(d.t, Setup{
		DB: d.DB, Ephemeral: d.Ephemeral, Bind: d.Bind, Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Now: d.Clock.Now,
		Flow: d.Flow,
	}, methods, mounts...)
}

// Click proves who user is by the method a click stands for.
func (b *Browser) Click(n *Node, method, user, handle string) Page {
	return b.Post(n, "/login/click/"+method, form(handle, "user", user))
}

// Enter types the code of a second factor.
func (b *Browser) Enter(n *Node, method, code, handle string) Page {
	return b.Post(n, "/login/"+method, form(handle, "code", code))
}

func form(handle, field, value string) url.Values {
	f := url.Values{field: {value}}
	if handle != "" {
		f.Set("request", handle)
	}
	return f
}

// SignedIn tells whether the browser is, by opening the account.
func (b *Browser) SignedIn(n *Node) bool { return b.Get(n, "/account").Status == http.StatusOK }

// EnrolApp gives user a confirmed authenticator app and returns its key. The clock moves past the
// step that confirmed it.
func (d *Deployment) EnrolApp(user string) (key string) {
	d.t.Helper()
	who := storage.User{ID: user, Email: user + "@example.com"}
	key, _, err := d.Enrolment.Propose(d.t.Context(), who)
	if err != nil {
		d.t.Fatal(err)
	}
	if ok, err := d.Enrolment.Confirm(d.t.Context(), who, d.Code(key, 0)); err != nil || !ok {
		d.t.Fatalf("confirm: %v, %v", ok, err)
	}
	d.Clock.Add(time.Minute)
	return key
}

// AddPasskey enrols one for user.
func (d *Deployment) AddPasskey(user string) {
	d.t.Helper()
	p := storage.Passkey{ID: storage.NewID(""), UserID: user, CredentialID: []byte(storage.NewID("")), CreatedAt: d.Clock.Now()}
	if err := d.DB.AddPasskey(d.t.Context(), p, storage.Spent{}); err != nil {
		d.t.Fatal(err)
	}
}

// RecoveryCodes gives user ten.
func (d *Deployment) RecoveryCodes(user string) []string {
	d.t.Helper()
	codes, err := d.Codes.Renew(d.t.Context(), user)
	if err != nil {
		d.t.Fatal(err)
	}
	return codes
}

// Code is what the app with this key shows, so many steps from now (RFC 6238, RFC 4226 section 5.3).
func (d *Deployment) Code(key string, steps int64) string {
	d.t.Helper()
	seed, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(key)
	if err != nil {
		d.t.Fatal(err)
	}
	mac := hmac.New(sha1.New, seed)
	if err := binary.Write(mac, binary.BigEndian, d.Clock.Now().Unix()/30+steps); err != nil {
		d.t.Fatal(err)
	}
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[offset:])&0x7fffffff%1_000_000)
}

// Session is the one session the user has.
func (d *Deployment) Session(user string) storage.Session {
	d.t.Helper()
	all, err := d.DB.UserSessions(d.t.Context(), user)
	if err != nil || len(all) != 1 {
		d.t.Fatalf("%s has %d sessions, %v", user, len(all), err)
	}
	return all[0]
}
