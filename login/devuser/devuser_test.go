package devuser_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/devuser"
	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

func TestOnlyEnabledUsersAreOffered(t *testing.T) {
	db := storagetest.SQLite(t)
	n := logintest.New(t, logintest.Setup{DB: db, Ephemeral: ephemeral.NewMemory()}, []login.Method{&devuser.Method{Users: db}})
	if p := logintest.NewBrowser(t).Get(n, "/login"); p.Status != http.StatusOK || strings.Contains(p.Body, "/login/dev") {
		t.Errorf("without users: %d", p.Status)
	}
	for _, name := range []string{"ada", "bob"} {
		u := storage.User{ID: "u_" + name, Email: name + "@example.com", Name: `"><i>` + name, CreatedAt: time.Now()}
		if err := db.CreateUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.SetUserDisabled(t.Context(), "u_bob", time.Now()); err != nil {
		t.Fatal(err)
	}
	p := logintest.NewBrowser(t).Get(n, "/login")
	if !strings.Contains(p.Body, `value="u_ada"`) || strings.Contains(p.Body, "u_bob") || strings.Contains(p.Body, "<i>") {
		t.Error("the page should offer Ada, not Bob, and no markup")
	}
}

func TestClickThatIsNotEnoughIsToldSo(t *testing.T) {
	db := storagetest.SQLite(t)
	n := logintest.New(t, logintest.Setup{DB: db, Ephemeral: ephemeral.NewMemory()}, []login.Method{
		&devuser.Method{Users: db}, logintest.Click{Called: "mail", Kind: login.Mailbox},
	})
	if err := db.CreateUser(t.Context(), storage.User{ID: "u_ada", Email: "ada@example.com", CreatedAt: time.Now()}); err != nil {
		t.Fatal(err)
	}
	const says = "Example App wants a stronger sign-in. Use another way."
	b := logintest.NewBrowser(t)
	n.Parks.ACRValues = []string{login.ACRMail}
	handle, p := b.Authorize(n)
	if strings.Contains(p.Body, says) {
		t.Fatal("told before anything was clicked")
	}
	p = b.Follow(n, b.Post(n, "/login/dev", url.Values{"user": {"u_ada"}, "request": {handle}}))
	if p.Status != http.StatusOK || !strings.Contains(p.Body, says) {
		t.Errorf("%d: %s", p.Status, p.Body)
	}
	if p = b.Follow(n, b.Click(n, "mail", "u_ada", handle)); p.Body != "u_ada " {
		t.Errorf("the other way: %d %q", p.Status, p.Body)
	}
}

func TestClickedUserIsTheLowestClass(t *testing.T) {
	db := storagetest.SQLite(t)
	n := logintest.New(t, logintest.Setup{DB: db, Ephemeral: ephemeral.NewMemory()}, []login.Method{&devuser.Method{Users: db}})
	if err := db.CreateUser(t.Context(), storage.User{ID: "u_ada", Email: "ada@example.com", CreatedAt: time.Now()}); err != nil {
		t.Fatal(err)
	}
	logintest.NewBrowser(t).Post(n, "/login/dev", url.Values{"user": {"u_ada"}})
	sessions, err := db.UserSessions(t.Context(), "u_ada")
	if err != nil || len(sessions) != 1 || sessions[0].ACR != login.ACRDev || len(sessions[0].AMR) != 0 {
		t.Errorf("%+v, %v", sessions, err)
	}
	if user, err := db.User(t.Context(), "u_ada"); err != nil || user.EmailVerified {
		t.Errorf("a click verified an address: %v", err)
	}
}
