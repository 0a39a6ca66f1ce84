package durable_test

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
)

func (w *world) addressed(email string) storage.User {
	w.t.Helper()
	u, err := w.UserByEmail(w.ctx, email)
	w.ok(err)
	return u
}

func TestAddressOfAnybodyIsNobodyElsesSecond(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		bob, eve := w.newUser(), w.newUser()
		w.is(w.SetSecondEmail(w.ctx, bob.ID, "ADA@example.org", w.once(), w.now), storage.ErrExists)
		w.is(w.SetSecondEmail(w.ctx, bob.ID, bob.Email, w.once(), w.now), storage.ErrNotFound)
		w.ok(w.SetSecondEmail(w.ctx, bob.ID, "Bob@second.example", w.once(), w.now))
		w.is(w.SetSecondEmail(w.ctx, eve.ID, "bob@SECOND.example", w.once(), w.now), storage.ErrExists)
		w.is(w.ChangeEmail(w.ctx, eve.ID, "bob@second.example", w.once(), w.now), storage.ErrExists)
		eve.Email = "bob@second.example"
		w.is(w.UpdateUser(w.ctx, eve), storage.ErrExists)
		w.is(w.CreateUser(w.ctx, storage.User{ID: storage.NewID(storage.UserPrefix), Email: "bob@second.example", CreatedAt: w.now}), storage.ErrExists)
		if u := w.addressed("BOB@second.EXAMPLE"); u.ID != bob.ID || u.Email != bob.Email || u.SecondEmail != "Bob@second.example" {
			t.Errorf("%+v", u)
		}
	})
}

func TestSecondAddressThatWasGivenUpIsFree(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		bob, eve := w.newUser(), w.newUser()
		w.ok(w.SetSecondEmail(w.ctx, bob.ID, "a@second.example", w.once(), w.now))
		w.is(w.DropSecondEmail(w.ctx, bob.ID, "b@second.example", w.now), storage.ErrNotFound)
		w.ok(w.SetSecondEmail(w.ctx, bob.ID, "b@second.example", w.once(), w.now))
		w.ok(w.SetSecondEmail(w.ctx, eve.ID, "a@second.example", w.once(), w.now))
		w.ok(w.DropSecondEmail(w.ctx, bob.ID, "B@second.example", w.now))
		w.is(w.DropSecondEmail(w.ctx, bob.ID, "b@second.example", w.now), storage.ErrNotFound)
		w.is(w.DropSecondEmail(w.ctx, bob.ID, "", w.now), storage.ErrNotFound)
		w.ok(w.DeleteUser(w.ctx, eve.ID))
		w.ok(w.SetSecondEmail(w.ctx, bob.ID, "a@second.example", w.once(), w.now))
	})
}

func TestSecondAddressCanBecomeTheFirst(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		bob := w.newUser()
		w.ok(w.SetSecondEmail(w.ctx, bob.ID, "a@second.example", w.once(), w.now))
		w.ok(w.ChangeEmail(w.ctx, bob.ID, "A@second.example", w.once(), w.now))
		if u := w.addressed("a@second.example"); u.ID != bob.ID || u.Email != "A@second.example" || u.SecondEmail != "" {
			t.Errorf("%+v", u)
		}
		if _, err := w.UserByEmail(w.ctx, bob.Email); !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("the address given up: %v", err)
		}
	})
}

func TestSignUpWithASecondAddressSignsItsOwnerIn(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.ok(w.SetSecondEmail(w.ctx, w.user.ID, "ada@second.example", w.once(), w.now))
		signUp := storage.SignIn{
			NewUser:  &storage.User{ID: storage.NewID(storage.UserPrefix), Email: "ADA@second.example", CreatedAt: w.now},
			Verified: true, Session: w.newSession(),
		}
		u, err := w.StartSession(w.ctx, signUp)
		w.ok(err)
		if u.ID != w.user.ID || u.EmailVerified {
			t.Errorf("signed in %+v", u)
		}
		w.ok(w.SetUserDisabled(w.ctx, w.user.ID, w.now))
		_, err = w.StartSession(w.ctx, signUp)
		w.is(err, storage.ErrNotFound)
	})
}

// One address, wanted at once as a second one, as a first one and by people who sign up.
func TestAddressWantedByAllAtOnceIsOnes(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for range rounds {
			users, email := []storage.User{w.newUser(), w.newUser(), w.newUser(), w.newUser()}, storage.NewID("x")+"@example.org"
			var signUps atomic.Int64
			won := w.winners(8, storage.ErrExists, func(i int) error {
				switch {
				case i%2 == 1:
					in := storage.SignIn{NewUser: &storage.User{ID: storage.NewID(storage.UserPrefix), Email: email, CreatedAt: w.now}, Session: w.newSession()}
					signUps.Add(1)
					_, err := w.StartSession(w.ctx, in)
					return err
				case i%4 == 0:
					return w.SetSecondEmail(w.ctx, users[i/2].ID, email, w.once(), w.now)
				}
				return w.ChangeEmail(w.ctx, users[i/2].ID, email, w.once(), w.now)
			})
			if took := won - int(signUps.Load()); took > 1 || took < 0 {
				t.Fatalf("%d users took the address, %d of %d signed in", took, won, signUps.Load())
			}
			w.addressed(email)
			all, err := w.Users(w.ctx, "", storage.Page{})
			w.ok(err)
			owners := 0
			for _, u := range all {
				if storage.EmailKey(u.Email) == storage.EmailKey(email) || storage.EmailKey(u.SecondEmail) == storage.EmailKey(email) {
					owners++
				}
			}
			if owners != 1 {
				t.Fatalf("%d users have the address", owners)
			}
		}
	})
}
