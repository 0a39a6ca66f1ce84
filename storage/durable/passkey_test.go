package durable_test

import (
	"reflect"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
)

func TestPasskeyCounterThatDoesNotGrowIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for _, c := range []struct {
			stored, shown uint32
			want          error
		}{
			{5, 4, storage.ErrSpent}, {5, 5, storage.ErrSpent}, {5, 0, storage.ErrSpent}, {5, 6, nil}, {0, 1, nil}, {0, 0, nil},
			{1 << 31, 1<<32 - 1, nil},
		} {
			p := w.addPasskey(c.stored)
			before := w.sessions()
			err := w.signIn(w.byPasskey(p, c.shown))
			if w.is(err, c.want); (w.sessions() > before) != (c.want == nil) {
				t.Errorf("stored %d, shown %d: %v, sessions %d → %d", c.stored, c.shown, err, before, w.sessions())
			}
			got, _, err := w.PasskeyByCredential(w.ctx, p.CredentialID)
			if c.want == nil {
				p.SignCount, p.Synced, p.LastUsedAt = c.shown, true, w.now
			}
			if w.ok(err); !reflect.DeepEqual(got, p) {
				t.Errorf("stored %d, shown %d: the passkey is now %+v", c.stored, c.shown, got)
			}
		}
	})
}

func TestPasskeysAreTheirOwnersAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		p, eve := w.addPasskey(3), w.newUser()
		copied := p
		copied.ID, copied.UserID = "pk_copy", eve.ID
		w.is(w.AddPasskey(w.ctx, copied, w.once()), storage.ErrExists)
		w.is(w.RenamePasskey(w.ctx, eve.ID, p.ID, "mine"), storage.ErrNotFound)
		w.is(w.DropPasskey(w.ctx, eve.ID, p.ID), storage.ErrNotFound)
		w.ok(w.RenamePasskey(w.ctx, w.user.ID, p.ID, "Laptop"))
		p.Name = "Laptop"
		second := w.addPasskey(0)
		if all, err := w.Passkeys(w.ctx, w.user.ID); err != nil || len(all) != 2 || w.factors().Passkeys != 2 {
			t.Fatalf("passkeys %+v, %v", all, err)
		}
		got, user, err := w.PasskeyByCredential(w.ctx, p.CredentialID)
		if w.ok(err); !reflect.DeepEqual(got, p) || !reflect.DeepEqual(user, w.user) {
			t.Fatalf("wrote %+v, read %+v of %+v", p, got, user)
		}
		w.ok(w.DropPasskey(w.ctx, w.user.ID, second.ID))
		w.is(w.DropPasskey(w.ctx, w.user.ID, second.ID), storage.ErrNotFound)
		w.is(w.DropTOTP(w.ctx, w.user.ID), storage.ErrNotFound)
		w.ok(w.SetUserDisabled(w.ctx, w.user.ID, w.now))
		_, _, err = w.PasskeyByCredential(w.ctx, p.CredentialID)
		w.is(err, storage.ErrNotFound)
		w.is(w.AddPasskey(w.ctx, w.newPasskey(0), w.once()), storage.ErrNotFound)
	})
}

func TestCeremonyEnrolsOnePasskey(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ceremony := w.once()
		w.ok(w.AddPasskey(w.ctx, w.newPasskey(0), ceremony))
		w.is(w.AddPasskey(w.ctx, w.newPasskey(0), ceremony), storage.ErrSpent)
		w.is(w.signIn(storage.SignIn{Spend: []storage.Spent{ceremony}, UserID: w.user.ID, Session: w.newSession()}), storage.ErrSpent)
	})
}
