package durable_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

func TestAddressIsUniqueInAnySpelling(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		bob := storage.User{ID: "u_bob", Email: "ADA@example.org", CreatedAt: w.now}
		w.is(w.CreateUser(w.ctx, bob), storage.ErrExists)
		bob.Email = "bob@example.org"
		w.ok(w.CreateUser(w.ctx, bob))
		bob.Email = "aDa@example.org"
		w.is(w.UpdateUser(w.ctx, bob), storage.ErrExists)
	})
}

func TestUserIsReadAsWritten(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		byID, err := w.User(w.ctx, w.user.ID)
		w.ok(err)
		byEmail, err := w.UserByEmail(w.ctx, "ada@EXAMPLE.org")
		w.ok(err)
		if !reflect.DeepEqual(byID, w.user) || !reflect.DeepEqual(byEmail, w.user) {
			t.Fatalf("wrote %+v, read %+v and %+v", w.user, byID, byEmail)
		}
		_, err = w.User(w.ctx, "u_none")
		w.is(err, storage.ErrNotFound)
		_, err = w.UserByEmail(w.ctx, "nobody@example.org")
		w.is(err, storage.ErrNotFound)
		w.is(w.UpdateUser(w.ctx, storage.User{ID: "u_none"}), storage.ErrNotFound)
		w.is(w.SetUserDisabled(w.ctx, "u_none", w.now), storage.ErrNotFound)
	})
}

func TestUpdateOfAUserEnablesNobody(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.ok(w.SetUserDisabled(w.ctx, w.user.ID, w.now))
		w.user.Name, w.user.EmailVerified = "Ada L.", true
		w.ok(w.UpdateUser(w.ctx, w.user)) // as read before it was disabled
		got, err := w.User(w.ctx, w.user.ID)
		w.ok(err)
		if got.DisabledAt != w.now || got.Name != "Ada L." || !got.EmailVerified {
			t.Fatalf("got %+v", got)
		}
	})
}

func TestChangedAddressIsVerifiedAndTheOldOneFree(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		eve, proof := w.newUser(), w.once()
		w.is(w.ChangeEmail(w.ctx, w.user.ID, strings.ToUpper(eve.Email), proof, w.now), storage.ErrExists)
		w.ok(w.ChangeEmail(w.ctx, w.user.ID, "Ada@new.example", proof, w.now.Add(time.Second)))
		w.is(w.ChangeEmail(w.ctx, w.user.ID, "other@new.example", proof, w.now), storage.ErrSpent)
		got, err := w.UserByEmail(w.ctx, "ada@new.example")
		if w.ok(err); got.ID != w.user.ID || got.Email != "Ada@new.example" || !got.EmailVerified || got.UpdatedAt != w.now.Add(time.Second) {
			t.Fatalf("got %+v", got)
		}
		_, err = w.UserByEmail(w.ctx, w.user.Email)
		w.is(err, storage.ErrNotFound)
		w.is(w.ChangeEmail(w.ctx, "u_none", "x@new.example", w.once(), w.now), storage.ErrNotFound)
		w.ok(w.SetUserDisabled(w.ctx, w.user.ID, w.now))
		w.is(w.ChangeEmail(w.ctx, w.user.ID, "x@new.example", w.once(), w.now), storage.ErrNotFound)
	})
}

func TestSessionIsLiveOnlyWhileEverythingSaysSo(t *testing.T) {
	for name, end := range map[string]func(w *world) error{
		"ended":         func(w *world) error { return w.EndSession(w.ctx, w.session.ID, w.now) },
		"user disabled": func(w *world) error { return w.SetUserDisabled(w.ctx, w.user.ID, w.now) },
		"idle":          func(w *world) error { w.now = w.session.IdleAt; return nil },
		"touched after its end": func(w *world) error {
			w.ok(w.EndSession(w.ctx, w.session.ID, w.now))
			return w.TouchSession(w.ctx, w.session.ID, w.now.Add(time.Minute), w.now.Add(time.Hour))
		},
		"too old": func(w *world) error {
			w.ok(w.TouchSession(w.ctx, w.session.ID, w.now.Add(time.Minute), w.session.ExpiresAt.Add(time.Hour)))
			w.now = w.session.ExpiresAt
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				got, user, err := w.Session(w.ctx, w.session.Digest)
				w.ok(err)
				if !reflect.DeepEqual(got, w.session) || user.ID != w.user.ID {
					t.Fatalf("wrote %+v, read %+v of %s", w.session, got, user.ID)
				}
				w.ok(end(w))
				_, _, err = w.Session(w.ctx, w.session.Digest)
				w.is(err, storage.ErrNotFound)
			})
		})
	}
}

func TestSigningInIsAllOrNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		link := storage.Spent{Kind: "mail", Value: "l", Until: w.now.Add(time.Hour)}
		in := storage.SignIn{Spend: []storage.Spent{link}, UserID: "u_none", Session: w.newSession(), Replaces: w.session.ID}
		_, err := w.StartSession(w.ctx, in)
		w.is(err, storage.ErrNotFound)
		_, _, err = w.Session(w.ctx, w.session.Digest)
		w.ok(err) // still there
		in.UserID, in.Verified = w.user.ID, true
		user, err := w.StartSession(w.ctx, in) // with the same link
		w.ok(err)
		if !user.EmailVerified {
			t.Fatal("the address is not verified")
		}
		_, _, err = w.Session(w.ctx, w.session.Digest)
		w.is(err, storage.ErrNotFound) // replaced
		w.ok(w.SetUserDisabled(w.ctx, w.user.ID, w.now))
		_, err = w.StartSession(w.ctx, storage.SignIn{UserID: w.user.ID, Session: w.newSession()})
		w.is(err, storage.ErrNotFound)
		_, err = w.StartSession(w.ctx, storage.SignIn{NewUser: &storage.User{ID: "u_x", Email: "ada@example.org"}, Session: w.newSession()})
		w.is(err, storage.ErrNotFound) // the address is a disabled user's
	})
}
