package durable_test

import (
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// SE-18: a user who signs in for ever ends their own oldest sessions, and no one else's.
func TestUserHasFiftyLiveSessionsAtMost(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		other := w.newUser()
		others := w.newSession()
		w.ok(w.signIn(storage.SignIn{UserID: other.ID, Session: others}))
		oldest := w.session
		for range 60 {
			w.now = w.now.Add(time.Second)
			w.ok(w.signIn(storage.SignIn{UserID: w.user.ID, Session: w.newSession()}))
		}
		if n := w.sessions(); n != 50 {
			t.Fatalf("%d live sessions", n)
		}
		_, _, err := w.Session(w.ctx, oldest.Digest)
		w.is(err, storage.ErrNotFound)
		_, _, err = w.Session(w.ctx, others.Digest)
		w.ok(err)
	})
}

func TestFiftySessionsAtOnceAllBegin(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		if won := w.winners(80, nil, func(int) error {
			return w.signIn(storage.SignIn{UserID: w.user.ID, Session: w.newSession()})
		}); won != 80 {
			t.Fatalf("%d of 80 signed in", won)
		}
		w.now = w.now.Add(time.Second)
		last := w.newSession()
		w.ok(w.signIn(storage.SignIn{UserID: w.user.ID, Session: last}))
		_, _, err := w.Session(w.ctx, last.Digest)
		if w.ok(err); w.sessions() != 50 {
			t.Fatalf("%d live sessions", w.sessions())
		}
	})
}

func TestRecoveryCodeIsFoundOnlyByItsUserAndUntilItIsUsed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		use := w.byCode(w.setCodes("a")[0])
		digest := use.Recovery.Digest
		w.is(w.RecoveryCode(w.ctx, w.newUser().ID, digest), storage.ErrNotFound)
		w.is(w.RecoveryCode(w.ctx, w.user.ID, storage.Digest("another")), storage.ErrNotFound)
		w.ok(w.RecoveryCode(w.ctx, w.user.ID, digest))
		w.ok(w.signIn(use))
		w.is(w.RecoveryCode(w.ctx, w.user.ID, digest), storage.ErrNotFound)
	})
}
