package durable_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

func TestNoTextMakesTheStoreUnavailable(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for _, text := range []string{"a\x00b", "\xff\xfe", "a\xc3"} {
			for what, read := range map[string]func() error{
				"user":     func() error { _, err := w.User(w.ctx, text); return err },
				"address":  func() error { _, err := w.UserByEmail(w.ctx, text); return err },
				"client":   func() error { _, err := w.Client(w.ctx, text); return err },
				"consents": func() error { _, err := w.Connections(w.ctx, text); return err },
				"passkeys": func() error { _, err := w.Passkeys(w.ctx, text); return err },
			} {
				if err := read(); err != nil && !errors.Is(err, storage.ErrNotFound) {
					t.Errorf("%s %q: %v", what, text, err)
				}
			}
			p := w.newPasskey(0)
			p.Name = text
			for what, err := range map[string]error{
				"passkey": w.AddPasskey(w.ctx, p, w.once()),
				"user":    w.CreateUser(w.ctx, storage.User{ID: storage.NewID("u_"), Name: text, Email: storage.NewID("x") + "@example.org"}),
				"codes":   w.SetRecoveryCodes(w.ctx, text, [][]byte{{1}}, w.now),
			} {
				if errors.Is(err, storage.ErrUnavailable) {
					t.Errorf("%s %q: %v", what, text, err)
				}
			}
		}
	})
}

// One bad event must not take those beside it with it.
func TestEventOfAnyBytesIsKept(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.ok(w.AppendEvents(w.ctx, []audit.Event{
			{ID: storage.NewID("e_"), At: w.now, Type: audit.SignIn, ClientID: "c\x00\xff"},
			{ID: storage.NewID("e_"), At: w.now, Type: audit.SignIn, ClientID: "c_other"},
		}))
		events, err := w.Events(w.ctx, audit.Filter{Type: audit.SignIn})
		if w.ok(err); len(events) != 2 {
			t.Errorf("%d events", len(events))
		}
	})
}

func TestPasskeysOfAnAccountAreBounded(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for range storage.MaxPasskeys - 4 {
			w.addPasskey(0)
		}
		won := w.winners(16, storage.ErrFull, func(int) error { return w.AddPasskey(w.ctx, w.newPasskey(0), w.once()) })
		if n := w.factors().Passkeys; won != 4 || n != storage.MaxPasskeys {
			t.Errorf("%d more were added, the account has %d", won, n)
		}
	})
}

func TestAddressesDoNotReachThePostgreSQLLog(t *testing.T) {
	url, log := storagetest.PrivatePostgreSQL(t)
	db, err := durable.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	w := newWorld(t, db)
	for range rounds {
		local := strings.ToLower(storage.NewID("secret"))
		email, users := local+"@example.org", []storage.User{w.newUser(), w.newUser()}
		won := w.winners(10, storage.ErrExists, func(i int) error {
			u := users[i%2]
			u.Email = email
			switch i / 2 {
			case 0:
				return w.ChangeEmail(w.ctx, u.ID, email, w.once(), w.now)
			case 1:
				return w.SetSecondEmail(w.ctx, w.newUser().ID, email, w.once(), w.now)
			case 2:
				return w.UpdateUser(w.ctx, u)
			case 3:
				return w.CreateUser(w.ctx, storage.User{ID: storage.NewID("u_"), Email: email, CreatedAt: w.now})
			}
			_, err := w.StartSession(w.ctx, storage.SignIn{
				NewUser: &storage.User{ID: storage.NewID("u_"), Email: email, CreatedAt: time.Now()}, Session: w.newSession(),
			})
			return err
		})
		text, err := os.ReadFile(log)
		if w.ok(err); won < 1 || strings.Contains(strings.ToLower(string(text)), local) {
			t.Fatalf("%d succeeded; the log names the address: %v", won, strings.Contains(string(text), local))
		}
	}
}
