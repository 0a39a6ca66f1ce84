package session_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/devuser"
	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

const cookie = "symbolon_session"

// start returns a node on db where Ada (u_ada) can sign in by a click.
func start(t *testing.T, db *durable.DB, secure bool) (*logintest.Node, *logintest.Clock) {
	t.Helper()
	d := logintest.Deploy(t, db)
	d.Secure = secure
	return d.NodeOf([]login.Method{&devuser.Method{Users: db}}), &d.Clock
}

func signIn(b *logintest.Browser, n *logintest.Node) logintest.Page {
	return b.Post(n, "/login/dev", url.Values{"user": {"u_ada"}})
}

func mustBeIn(t *testing.T, b *logintest.Browser, n *logintest.Node) {
	t.Helper()
	if p := b.Get(n, "/account"); p.Status != http.StatusOK || !strings.Contains(p.Body, "ada@example.com") {
		t.Fatalf("signed in: /account answers %d", p.Status)
	}
}

func mustBeOut(t *testing.T, b *logintest.Browser, n *logintest.Node) {
	t.Helper()
	if p := b.Get(n, "/account"); p.Status != http.StatusSeeOther || p.Location != "/login" {
		t.Fatalf("signed out: /account answers %d to %q", p.Status, p.Location)
	}
}

func TestTamperedCookieIsAnonymous(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(t *testing.T) *durable.DB) {
		n, _ := start(t, open(t), false)
		ada := logintest.NewBrowser(t)
		signIn(ada, n)
		mustBeIn(t, ada, n)
		good := ada.Cookie(n, cookie)
		flipped := "A" + good[1:]
		if flipped == good {
			flipped = "B" + good[1:]
		}
		for name, value := range map[string]string{
			"flipped": flipped, "truncated": good[:51], "longer": good + "A", "lower case": strings.ToLower(good),
			"doubled": good + good, "empty": "", "large": strings.Repeat("A", 7000), "foreign": strings.Repeat("A", 52),
			"a session id": "s_" + good[:50], "not ours": `%00' OR 1=1 --`,
			"two cookies": good + "; " + cookie + "=" + strings.Repeat("B", 52), "the same twice": good + "; " + cookie + "=" + good,
		} {
			stranger := logintest.NewBrowser(t)
			stranger.Header.Set("Cookie", cookie+"="+value)
			p := stranger.Get(n, "/account")
			if p.Status != http.StatusSeeOther || p.Location != "/login" {
				t.Errorf("%s: status %d, location %q", name, p.Status, p.Location)
			}
		}
		mustBeIn(t, ada, n)
	})
}

func TestSignedOutSessionStaysOut(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(t *testing.T) *durable.DB) {
		n, _ := start(t, open(t), false)
		ada, thief := logintest.NewBrowser(t), logintest.NewBrowser(t)
		signIn(ada, n)
		thief.SetCookie(n, cookie, ada.Cookie(n, cookie))
		mustBeIn(t, thief, n)
		ada.Get(n, "/logout")
		if left := ada.Cookie(n, cookie); left != "" {
			t.Errorf("the cookie was not taken back: %d characters left", len(left))
		}
		mustBeOut(t, ada, n)
		mustBeOut(t, thief, n)
	})
}

func TestEverySignInRotatesTheSession(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(t *testing.T) *durable.DB) {
		db := open(t)
		n, c := start(t, db, false)
		ada, attacker := logintest.NewBrowser(t), logintest.NewBrowser(t)
		planted := strings.Repeat("A", 52)
		ada.SetCookie(n, cookie, planted)
		signIn(ada, n)
		first := ada.Cookie(n, cookie)
		if first == planted || len(first) != 52 {
			t.Fatal("a planted session id was adopted")
		}
		c.Add(time.Second)
		signIn(ada, n)
		if ada.Cookie(n, cookie) == first {
			t.Fatal("the second sign-in kept the session id")
		}
		attacker.SetCookie(n, cookie, first)
		mustBeOut(t, attacker, n)
		mustBeIn(t, ada, n)
		if sessions, err := db.UserSessions(t.Context(), "u_ada"); err != nil || len(sessions) != 1 {
			t.Fatalf("%d live sessions, %v", len(sessions), err)
		}
	})
}

func TestSessionEndsIdleAndAbsolutely(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(t *testing.T) *durable.DB) {
		db := open(t)
		n, c := start(t, db, false)
		go n.Sessions.Run(t.Context())
		ada := logintest.NewBrowser(t)
		signIn(ada, n)
		for range 4 { // used every six days, until day 24
			c.Add(6 * 24 * time.Hour)
			beSeen(t, db, n, ada, c.Now())
		}
		c.Add(6*24*time.Hour - time.Second)
		beSeen(t, db, n, ada, c.Now())
		c.Add(2 * time.Second)
		mustBeOut(t, ada, n) // 30 days, however busy

		signIn(ada, n)
		c.Add(7*24*time.Hour - time.Second)
		db.Clock = time.Now // even when the store's clock is behind
		c.Add(2 * time.Second)
		mustBeOut(t, ada, n)
	})
}

// beSeen uses the session until its use at that time is stored: one use may be lost while the one
// before is being written.
func beSeen(t *testing.T, db *durable.DB, n *logintest.Node, b *logintest.Browser, at time.Time) {
	t.Helper()
	for range 500 {
		mustBeIn(t, b, n)
		sessions, err := db.UserSessions(t.Context(), "u_ada")
		if err != nil {
			t.Fatal(err)
		}
		if len(sessions) == 1 && sessions[0].LastSeenAt.UnixMilli() == at.UnixMilli() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the session's use was never stored")
}

func TestUseIsStoredOnceAMinute(t *testing.T) {
	db := storagetest.SQLite(t)
	n, c := start(t, db, false)
	go n.Sessions.Run(t.Context())
	ada := logintest.NewBrowser(t)
	signIn(ada, n)
	before := db.Stats().Writes
	for range 20 {
		c.Add(2 * time.Second)
		mustBeIn(t, ada, n)
	}
	if writes := db.Stats().Writes - before; writes != 0 {
		t.Fatalf("%d writes for 20 requests within a minute", writes)
	}
	c.Add(time.Minute)
	beSeen(t, db, n, ada, c.Now())
	if writes := db.Stats().Writes - before; writes != 1 {
		t.Fatalf("%d writes after a minute", writes)
	}
}

func TestSessionIsLookedUpOncePerRequest(t *testing.T) {
	db := storagetest.SQLite(t)
	n, _ := start(t, db, false)
	ada := logintest.NewBrowser(t)
	signIn(ada, n)
	before := db.Stats().Statements
	ada.Get(n, "/login") // asks for the session, goes on
	if statements := db.Stats().Statements - before; statements != 1 {
		t.Fatalf("%d statements", statements)
	}
	before = db.Stats().Statements
	logintest.NewBrowser(t).Get(n, "/account")
	if statements := db.Stats().Statements - before; statements != 0 {
		t.Fatalf("%d statements for somebody without a cookie", statements)
	}
}

// failing is a store that answers until it is down.
type failing struct {
	*durable.DB
	down bool
}

func (f *failing) Session(ctx context.Context, digest []byte) (storage.Session, storage.User, error) {
	if f.down {
		return storage.Session{}, storage.User{}, fmt.Errorf("read session: %w", storage.ErrUnavailable)
	}
	return f.DB.Session(ctx, digest)
}

func TestOutageIsNotTakenForSignedOut(t *testing.T) {
	db := &failing{DB: storagetest.SQLite(t)}
	if err := db.CreateUser(t.Context(), storage.User{ID: "u_ada", Email: "ada@example.com", CreatedAt: time.Now()}); err != nil {
		t.Fatal(err)
	}
	n := logintest.New(t, logintest.Setup{DB: db.DB, Sessions: db, Ephemeral: ephemeral.NewMemory()},
		[]login.Method{&devuser.Method{Users: db}})
	ada := logintest.NewBrowser(t)
	signIn(ada, n)
	db.down = true
	for _, path := range []string{"/account", "/login", "/logout"} {
		p := ada.Get(n, path)
		if p.Status != http.StatusServiceUnavailable || p.Location != "" || len(p.Header.Values("Set-Cookie")) != 0 {
			t.Errorf("%s: status %d, location %q, cookies %d", path, p.Status, p.Location, len(p.Header.Values("Set-Cookie")))
		}
	}
	if p := signIn(ada, n); p.Status != http.StatusServiceUnavailable { // it could not say which session ends
		t.Errorf("signing in: status %d", p.Status)
	}
	db.down = false
	mustBeIn(t, ada, n)
}

func TestCookieIsBoundToTheHost(t *testing.T) {
	db := storagetest.SQLite(t)
	n, _ := start(t, db, true)
	p := signIn(logintest.NewBrowser(t), n)
	set := p.Header.Values("Set-Cookie")
	if len(set) != 1 {
		t.Fatalf("%d cookies", len(set))
	}
	c, err := http.ParseSetCookie(set[0])
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "__Host-symbolon_session" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode ||
		c.Path != "/" || c.Domain != "" || c.MaxAge != 30*24*3600 {
		t.Errorf("cookie %s secure=%v httponly=%v samesite=%v path=%s domain=%s max-age=%d",
			c.Name, c.Secure, c.HttpOnly, c.SameSite, c.Path, c.Domain, c.MaxAge)
	}
	row, user, err := db.Session(t.Context(), storage.Digest(c.Value))
	if err != nil || user.ID != "u_ada" || row.ID == c.Value || strings.Contains(row.ID, c.Value) {
		t.Errorf("the row of the cookie's digest is %q of %q: %v", row.ID, user.ID, err)
	}
}
