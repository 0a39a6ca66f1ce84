package durable_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

func TestRaisedSessionIsTheSameWithAnotherCookie(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		g, p := w.redeemed(), w.addPasskey(0)
		w.now = w.now.Add(time.Minute)
		in := w.byPasskey(p, 1)
		in.Raises, in.Session.ACR, in.Session.AMR = w.session.ID, "phr", []string{"mail", "hwk"}
		in.Session.IdleAt = w.session.ExpiresAt.Add(time.Hour)
		w.ok(w.signIn(in))
		_, _, err := w.Session(w.ctx, w.session.Digest)
		w.is(err, storage.ErrNotFound) // the old cookie
		got, _, err := w.Session(w.ctx, in.Session.Digest)
		want := w.session
		want.Digest, want.AuthTime, want.ACR, want.AMR = in.Session.Digest, w.now, "phr", []string{"mail", "hwk"}
		want.LastSeenAt, want.IdleAt = w.now, w.session.ExpiresAt // not beyond its end
		if w.ok(err); !reflect.DeepEqual(got, want) || w.sessions() != 1 {
			t.Fatalf("want %+v\ngot  %+v", want, got)
		}
		w.lives(g, true)
	})
}

func TestSessionThatIsOverOrSomebodyElsesIsNotRaised(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.addTOTP(1)
		raise := func(step int64, id string) error {
			in := w.byTOTP(step)
			in.Raises = id
			return w.signIn(in)
		}
		other := w.newSession()
		w.ok(w.signIn(storage.SignIn{UserID: w.newUser().ID, Session: other}))
		w.is(raise(2, other.ID), storage.ErrNotFound)
		w.ok(w.EndSession(w.ctx, w.session.ID, w.now))
		w.is(raise(2, w.session.ID), storage.ErrNotFound)
		w.ok(w.signIn(w.byTOTP(2))) // the code was not used up
	})
}
