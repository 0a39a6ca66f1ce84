package durable_test

import (
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

func (w *world) newUser() storage.User {
	w.t.Helper()
	id := storage.NewID(storage.UserPrefix)
	u := storage.User{ID: id, Email: id + "@example.org", CreatedAt: w.now, UpdatedAt: w.now}
	w.ok(w.CreateUser(w.ctx, u))
	return u
}

func (w *world) newPasskey(count uint32) storage.Passkey {
	return storage.Passkey{
		ID: storage.NewID("pk_"), UserID: w.user.ID, CredentialID: []byte(storage.NewID("")), Credential: []byte("credential"),
		SignCount: count, Name: "Phone", CreatedAt: w.now,
	}
}

// once is a single use that no one else has.
func (w *world) once() storage.Spent {
	return storage.Spent{Kind: "webauthn", Value: storage.NewID(""), Until: w.now.Add(time.Minute)}
}

func (w *world) addPasskey(count uint32) storage.Passkey {
	w.t.Helper()
	p := w.newPasskey(count)
	w.ok(w.AddPasskey(w.ctx, p, w.once()))
	return p
}

// addTOTP enrols an authenticator app whose code of step was shown to confirm it.
func (w *world) addTOTP(step int64) storage.TOTP {
	w.t.Helper()
	app := storage.TOTP{UserID: w.user.ID, Seed: []byte("sealed"), CreatedAt: w.now}
	w.ok(w.ProposeTOTP(w.ctx, app))
	w.ok(w.ConfirmTOTP(w.ctx, app, step, w.now))
	return app
}

func codes(set string) (digests [][]byte) {
	for i := range 10 {
		digests = append(digests, storage.Digest(fmt.Sprint(set, i)))
	}
	return digests
}

func (w *world) setCodes(set string) [][]byte {
	w.t.Helper()
	w.ok(w.SetRecoveryCodes(w.ctx, w.user.ID, codes(set), w.now))
	return codes(set)
}

func (w *world) byPasskey(p storage.Passkey, count uint32) storage.SignIn {
	return storage.SignIn{
		Spend: []storage.Spent{w.once()}, UserID: w.user.ID, Session: w.newSession(),
		Passkey: &storage.PasskeyUse{ID: p.ID, SignCount: count, Synced: true, At: w.now},
	}
}

func (w *world) byTOTP(step int64) storage.SignIn {
	return storage.SignIn{UserID: w.user.ID, Session: w.newSession(), TOTP: &storage.TOTPUse{UserID: w.user.ID, Step: step, At: w.now}}
}

func (w *world) byCode(digest []byte) storage.SignIn {
	return storage.SignIn{
		UserID: w.user.ID, Session: w.newSession(), Recovery: &storage.RecoveryUse{UserID: w.user.ID, Digest: digest, At: w.now},
	}
}

func (w *world) signIn(in storage.SignIn) error {
	_, err := w.StartSession(w.ctx, in)
	return err
}

func (w *world) factors() storage.Factors {
	w.t.Helper()
	f, err := w.Factors(w.ctx, w.user.ID)
	w.ok(err)
	return f
}

// sessions is how many the user has, that of the world among them.
func (w *world) sessions() int {
	w.t.Helper()
	all, err := w.UserSessions(w.ctx, w.user.ID)
	w.ok(err)
	return len(all)
}
