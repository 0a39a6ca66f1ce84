package magiclink_test

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/login/magiclink"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

const issuer = "https://id.example"

// outbox keeps what was queued.
type outbox struct {
	mu   sync.Mutex
	sent []mail.Message
}

func (o *outbox) Send(_ context.Context, m mail.Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sent = append(o.sent, m)
	return nil
}

func (o *outbox) count() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.sent)
}

var (
	linkIn = regexp.MustCompile(regexp.QuoteMeta(issuer) + `(/login/mail/[A-Za-z0-9_]+)`)
	codeIn = regexp.MustCompile(`(?m)^\s*(\d{6})\s*$`)
)

// last returns the path of the link and the code of the newest mail.
func (o *outbox) last(t *testing.T) (link, code string) {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.sent) == 0 {
		t.Fatal("no mail was sent")
	}
	text := o.sent[len(o.sent)-1].Text
	l, c := linkIn.FindStringSubmatch(text), codeIn.FindStringSubmatch(text)
	if l == nil || c == nil {
		t.Fatal("the mail has no link or no code")
	}
	return l[1], c[1]
}

// counter lets the in-process limiter count for web.Limiter.
type counter struct{ counts *ephemeral.Counts }

func (c counter) Count(ctx context.Context, key string, events int, per time.Duration) (time.Duration, error) {
	return c.counts.Count(ctx, key, storage.Limit{Events: events, Per: per})
}

// clock is the time of a test; it moves only when told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// deployment is one database and one ephemeral store, with any number of nodes.
type deployment struct {
	*outbox
	clock     *clock
	db        *durable.DB
	ephemeral *ephemeral.Memory
	counts    *ephemeral.Counts
	open      bool           // self-registration
	proxies   []netip.Prefix // that are believed
}

func deploy(t *testing.T, db *durable.DB) *deployment {
	d := &deployment{outbox: &outbox{}, clock: &clock{now: time.Now()}, db: db, ephemeral: ephemeral.NewMemory(), counts: ephemeral.NewCounts()}
	d.ephemeral.Now, d.counts.Now = d.clock.Now, d.clock.Now
	d.user(t, "u_ada", "ada@example.com")
	return d
}

func (d *deployment) user(t *testing.T, id, email string) {
	t.Helper()
	if err := d.db.CreateUser(t.Context(), storage.User{ID: id, Email: email, CreatedAt: time.Now()}); err != nil {
		t.Fatal(err)
	}
}

func (d *deployment) node(t *testing.T, more ...login.Method) *logintest.Node {
	t.Helper()
	pages, err := templates.New(templates.Brand{})
	if err != nil {
		t.Fatal(err)
	}
	return logintest.New(t, logintest.Setup{DB: d.db, Ephemeral: d.ephemeral, Now: d.clock.Now, Proxies: d.proxies}, append(more, &magiclink.Method{
		Registration: d.open, Ephemeral: d.ephemeral, Mailer: d.outbox, Letters: pages,
		Limiter: web.Limiter{Counter: counter{d.counts}}, Failures: d.db, Now: d.clock.Now,
	}))
}

// ask submits an address; handle may be empty.
func ask(b *logintest.Browser, n *logintest.Node, email, handle string) logintest.Page {
	form := url.Values{"email": {email}}
	if handle != "" {
		form.Set("request", handle)
	}
	return b.Post(n, "/login/mail", form)
}

func enter(b *logintest.Browser, n *logintest.Node, code, handle string) logintest.Page {
	form := url.Values{"code": {code}}
	if handle != "" {
		form.Set("request", handle)
	}
	return b.Post(n, "/login/mail/code", form)
}

func signedIn(b *logintest.Browser, n *logintest.Node) bool {
	return b.Get(n, "/account").Status == http.StatusOK
}

// other returns a code that is not this one.
func other(code string) string {
	if strings.HasPrefix(code, "0") {
		return "1" + code[1:]
	}
	return "0" + code[1:]
}

// everywhere runs a claim on every kind of database.
func everywhere(t *testing.T, claim func(t *testing.T, d *deployment)) {
	storagetest.Databases(t, func(t *testing.T, open func(t *testing.T) *durable.DB) { claim(t, deploy(t, open(t))) })
}
