package logout_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/logout"
	"github.com/symbolon-id/symbolon/outbound"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// receiver is a client's server: it answers as the test says and counts what it receives.
type receiver struct {
	*httptest.Server
	answer func(token string) int

	mu   sync.Mutex
	told map[string]int
}

func newReceiver(t *testing.T, answer func(token string) int) *receiver {
	t.Helper()
	r := &receiver{answer: answer, told: map[string]int{}}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	token := q.PostFormValue("logout_token")
	r.mu.Lock()
	r.told[token]++
	r.mu.Unlock()
	if q.Method != http.MethodPost || q.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Location", "/elsewhere")
	w.WriteHeader(r.answer(token))
}

func (r *receiver) heard(token string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.told[token]
}

func always(status int) func(string) int { return func(string) int { return status } }

// naming makes tokens that only name their client.
type naming struct{}

func (naming) LogoutToken(_ context.Context, c storage.Client, n storage.LogoutNotice) (string, error) {
	return c.ID + "/" + n.SessionID, nil
}

// node is a node with a worker and a person whose sessions end.
type node struct {
	t        *testing.T
	db       *durable.DB
	offset   atomic.Int64
	log      lockedBuffer
	outcomes chan logout.Outcome
}

func newNode(t *testing.T, db *durable.DB) *node {
	t.Helper()
	d := &node{t: t, db: db, outcomes: make(chan logout.Outcome, 1000)}
	db.Clock = d.now
	d.ok(db.CreateUser(t.Context(), storage.User{ID: "u_ada", Email: "ada@example.com"}))
	return d
}

func (d *node) now() time.Time         { return time.Now().Add(time.Duration(d.offset.Load())) }
func (d *node) ahead(by time.Duration) { d.offset.Add(int64(by)) }
func (d *node) ok(err error)           { d.t.Helper(); must(d.t, err) }
func (d *node) client(id, uri string)  { d.t.Helper(); d.clientWith(id, uri, time.Time{}) }
func (d *node) worker(loop bool) *logout.Worker {
	return &logout.Worker{
		Store: d.db, Tokens: naming{}, Post: outbound.New(outbound.Options{Loopback: loop}), Clock: d.now,
		Log: slog.New(slog.NewTextHandler(&d.log, nil)), Report: func(o logout.Outcome) { d.outcomes <- o },
	}
}

func (d *node) clientWith(id, uri string, disabled time.Time) {
	d.t.Helper()
	c := storage.Client{ID: id, Kind: storage.KindApp, Name: id, CreatedAt: d.now(), DisabledAt: disabled}
	c.BackchannelLogoutURI = uri + "/logout"
	d.ok(d.db.CreateClient(d.t.Context(), c))
}

// run starts workers, which are stopped and waited for when the test ends.
func (d *node) run(workers ...*logout.Worker) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, w := range workers {
		running.Go(func() { w.Run(ctx) })
	}
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	d.t.Cleanup(stop)
	return stop
}

// over begins a session, gives these clients tokens in it and ends it.
func (d *node) over(session string, clients ...string) {
	d.t.Helper()
	ctx, now := d.t.Context(), d.now()
	_, err := d.db.StartSession(ctx, storage.SignIn{UserID: "u_ada", Session: storage.Session{
		ID: session, Digest: []byte(session), UserID: "u_ada", AuthTime: now, CreatedAt: now, LastSeenAt: now,
		IdleAt: now.Add(time.Hour), ExpiresAt: now.Add(time.Hour),
	}})
	d.ok(err)
	for _, c := range clients {
		g := storage.Grant{
			ID: storage.NewID("g_"), ClientID: c, UserID: "u_ada", SessionID: session, CreatedAt: now,
			CodeDigest: storage.Digest(storage.NewID("")), CodeExpiresAt: now.Add(time.Minute),
		}
		d.ok(d.db.AddGrant(ctx, g, storage.Spent{}))
		d.ok(d.db.SpendCode(ctx, g.ID, now, now.Add(time.Hour)))
	}
	d.ok(d.db.EndSession(ctx, session, now))
}

// until waits for one try that ends like this.
func (d *node) until(want logout.Outcome) {
	d.t.Helper()
	select {
	case got := <-d.outcomes:
		if got != want {
			d.t.Fatalf("%s, want %s\n%s", got, want, d.log.String())
		}
	case <-time.After(30 * time.Second):
		d.t.Fatalf("no try; want %s\n%s", want, d.log.String())
	}
}

func (d *node) queueIsEmpty() {
	d.t.Helper()
	if n, err := d.db.ClaimLogoutNotice(d.t.Context(), d.now().Add(1000*time.Hour), time.Second); err == nil {
		d.t.Errorf("still queued: %+v", n)
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestPrivateAddressesAreNotAsked(t *testing.T) {
	d, here := newNode(t, storagetest.SQLite(t)), newReceiver(t, always(200))
	d.client("c_1", here.URL)
	d.over("s_1", "c_1")
	d.run(d.worker(false))
	d.until(logout.Silent)
	if here.heard("c_1/s_1") != 0 {
		t.Error("a server on this machine was asked")
	}
	if log := d.log.String(); strings.Contains(log, here.URL) || !strings.Contains(log, "c_1") {
		t.Error(log)
	}
}

func TestWhoRefusesIsNotAskedAgain(t *testing.T) {
	d, r := newNode(t, storagetest.SQLite(t)), newReceiver(t, always(400))
	d.client("c_1", r.URL)
	d.over("s_1", "c_1")
	d.run(d.worker(true))
	d.until(logout.Refused)
	d.ahead(time.Hour)
	d.queueIsEmpty()
	if log := d.log.String(); !strings.Contains(log, "answered 400") || strings.Contains(log, "c_1/s_1") {
		t.Error(log)
	}
}

func TestWhoFailsIsAskedAgainLaterEachTime(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(*testing.T) *durable.DB) {
		var status atomic.Int64
		status.Store(500)
		r := newReceiver(t, func(string) int { return int(status.Load()) })
		d := newNode(t, open(t))
		d.client("c_1", r.URL)
		d.over("s_1", "c_1")
		d.run(d.worker(true))
		d.until(logout.Failed)
		for _, answer := range []int64{503, 404, 302} { // a redirect is followed nowhere
			status.Store(answer)
			d.ahead(time.Hour)
			d.until(logout.Failed)
		}
		status.Store(204)
		d.ahead(time.Hour)
		d.until(logout.Told)
		d.queueIsEmpty()
		if got := r.heard("c_1/s_1"); got != 5 || r.heard("") != 0 {
			t.Errorf("asked %d times", got)
		}
	})
}

func TestWhoNeverAnswersIsGivenUpAfterADay(t *testing.T) {
	d, r := newNode(t, storagetest.SQLite(t)), newReceiver(t, always(500))
	d.client("c_1", r.URL)
	d.over("s_1", "c_1")
	d.ahead(24*time.Hour - 30*time.Minute)
	d.run(d.worker(true))
	d.until(logout.Failed)
	d.ahead(time.Hour)
	d.until(logout.Expired)
	d.queueIsEmpty()
}

func TestClientThatIsGoneIsForgotten(t *testing.T) {
	d, r := newNode(t, storagetest.SQLite(t)), newReceiver(t, always(200))
	for _, id := range []string{"c_off", "c_gone", "c_silent"} {
		d.client(id, r.URL)
	}
	d.over("s_1", "c_off", "c_gone", "c_silent")
	d.ok(d.db.SetClientDisabled(t.Context(), "c_off", d.now()))
	d.ok(d.db.DeleteClient(t.Context(), "c_gone"))
	silent, err := d.db.Client(t.Context(), "c_silent")
	d.ok(err)
	silent.ClientMetadata = storage.ClientMetadata{}
	d.ok(d.db.UpdateClient(t.Context(), &silent))
	d.run(d.worker(true))
	for range 3 {
		d.until(logout.Unwanted)
	}
	d.queueIsEmpty()
	if len(r.told) != 0 || d.log.String() != "" {
		t.Errorf("%v %s", r.told, d.log.String())
	}
}

// One client whose server hangs holds up neither the others nor, for long, its own other notices.
func TestSlowClientDelaysNobodyElse(t *testing.T) {
	d := newNode(t, storagetest.SQLite(t))
	gone := make(chan struct{})
	slow := newReceiver(t, func(string) int { <-gone; return 200 })
	quick := newReceiver(t, always(200))
	t.Cleanup(func() { close(gone) }) // before the server closes, which waits
	d.client("c_slow", slow.URL)
	d.client("c_quick", quick.URL)
	for i := range 20 {
		d.over("s_"+string(rune('a'+i)), "c_slow")
	}
	d.over("s_z", "c_quick")
	d.run(d.worker(true))
	for heard := false; !heard; { // the first eight hang for five seconds, the others are put off
		select {
		case got := <-d.outcomes:
			heard = got == logout.Told
		case <-time.After(30 * time.Second):
			t.Fatal("the quick one has not been told")
		}
	}
	if quick.heard("c_quick/s_z") != 1 {
		t.Errorf("%v", quick.told)
	}
}

func TestManyNodesTellEachClientOnce(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(*testing.T) *durable.DB) {
		d, r := newNode(t, open(t)), newReceiver(t, always(200))
		d.client("c_1", r.URL)
		d.client("c_2", r.URL)
		var workers []*logout.Worker
		for range 4 {
			workers = append(workers, d.worker(true))
		}
		stop := d.run(workers...)
		const sessions = 15
		for i := range sessions {
			d.over("s_"+string(rune('a'+i)), "c_1", "c_2")
		}
		for range 2 * sessions {
			d.until(logout.Told)
		}
		stop()
		d.queueIsEmpty()
		r.mu.Lock()
		defer r.mu.Unlock()
		for token, times := range r.told {
			if times != 1 {
				t.Errorf("%s told %d times", token, times)
			}
		}
		if len(r.told) != 2*sessions {
			t.Errorf("%d were told", len(r.told))
		}
	})
}

// A node that dies between the end of the session and its delivery, or amid it, hands it to the next.
func TestNoticeOfADeadNodeIsDelivered(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(*testing.T) *durable.DB) {
		d, r := newNode(t, open(t)), newReceiver(t, always(200))
		d.client("c_1", r.URL)
		d.over("s_1", "c_1")
		_, err := d.db.ClaimLogoutNotice(t.Context(), d.now(), 30*time.Second) // and dies
		must(t, err)
		d.run(d.worker(true))
		d.ahead(31 * time.Second)
		d.until(logout.Told)
		if r.heard("c_1/s_1") != 1 {
			t.Error(r.told)
		}
	})
}
