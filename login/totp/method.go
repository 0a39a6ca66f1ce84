// Package totp confirms a user who is known by the code of their authenticator app (RFC 6238), and enrols
// such an app.
//
//	POST /login/totp  takes the code
//
// A code is six digits that change every 30 seconds; those of the step before and after are taken
// too, for clocks that are off. A step works once: the last one used is stored and only ever grows,
// in the transaction that starts the session.
package totp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// Store keeps authenticator apps.
type Store interface {
	// TOTP returns the user's app, confirmed or only proposed, or storage.ErrNotFound.
	TOTP(ctx context.Context, userID string) (storage.TOTP, error)
}

// Sealer keeps seeds from readers of the store.
type Sealer interface {
	Seal(purpose string, plaintext []byte) []byte
	Open(purpose string, sealed []byte) ([]byte, error)
	// Current reports whether sealed was made under the newest secret.
	Current(sealed []byte) bool
}

// Method confirms by a code. It is no sign-in by itself.
type Method struct {
	Store  Store
	Sealer Sealer
	Now    func() time.Time // nil: the system's clock
}

var _ login.Second = (*Method)(nil)

// Name returns "totp".
func (m *Method) Name() string { return login.TOTPMethod }

// Offered offers nothing to strangers.
func (m *Method) Offered(context.Context, login.Attempt) (templates.Offer, error) { return nil, nil }

// Proves returns login.Code.
func (m *Method) Proves() login.Kind { return login.Code }

// Second asks for a code, of a user who has a confirmed app.
func (m *Method) Second(ctx context.Context, a login.Attempt, user storage.User) (templates.Offer, error) {
	_, err := m.confirmed(ctx, user)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return templates.TOTPOffer{Action: a.Site.Path("/login/totp"), Handle: a.Handle, Error: a.ProblemOf(m)}, nil
}

// Mount registers the form's target.
func (m *Method) Mount(mux *web.Mux, flow *login.Flow) {
	mux.Page("POST /login/totp", flow.Answer(login.Challenge{
		Method: m, Read: web.SixDigits, Format: "Enter the 6-digit code.", Prepare: m.prepare,
	}))
}

// prepare opens the seed. One that was sealed under a secret of before is sealed anew when a code of
// it is used, so that the old secret can go.
func (m *Method) prepare(ctx context.Context, user storage.User) (login.Judge, error) {
	t, err := m.confirmed(ctx, user)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, login.Unusable{Say: "This account no longer uses an authenticator app.", Err: err}
	}
	if err != nil {
		return nil, err
	}
	seed, err := open(m.Sealer, t)
	if err != nil {
		return nil, login.Unusable{Say: "We can’t check app codes right now. Use another way or contact your administrator.", Err: err}
	}
	use := storage.TOTPUse{UserID: user.ID}
	if !m.Sealer.Current(t.Seed) {
		use.Reseal = &storage.Resealed{Was: t.Seed, Seed: seal(m.Sealer, user.ID, seed)}
	}
	return func(_ context.Context, code string) (login.Proof, error) {
		return judge(seed, code, t.LastStep, use, now(m.Now))
	}, nil
}

// judge finds the step that code belongs to. That the step is used only once is ensured where it is
// spent; to look here first makes a replay a failure that counts.
func judge(seed []byte, code string, lastStep int64, use storage.TOTPUse, at time.Time) (login.Proof, error) {
	step, ok := stepOf(seed, code, at)
	switch {
	case !ok:
		return login.Proof{}, login.Wrong("That isn’t the current code in your app.")
	case step <= lastStep:
		return login.Proof{}, login.Wrong("That code was already used. Wait for the next one.")
	}
	use.Step, use.At = step, at
	return login.Proof{AMR: []string{"otp"}, TOTP: &use}, nil
}

func (m *Method) confirmed(ctx context.Context, user storage.User) (storage.TOTP, error) {
	t, err := m.Store.TOTP(ctx, user.ID)
	if err != nil {
		return t, fmt.Errorf("find authenticator app: %w", err)
	}
	if t.ConfirmedAt.IsZero() {
		return t, storage.ErrNotFound
	}
	return t, nil
}

func now(clock func() time.Time) time.Time {
	if clock == nil {
		return time.Now()
	}
	return clock()
}
