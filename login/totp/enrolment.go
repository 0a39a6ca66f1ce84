package totp

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// Enrolments keeps apps that are being enrolled.
type Enrolments interface {
	Store
	// ProposeTOTP keeps t for the user to confirm, in place of what was not confirmed;
	// storage.ErrExists when an app is confirmed already.
	ProposeTOTP(ctx context.Context, t storage.TOTP) error
	// ConfirmTOTP makes t a factor and uses step up; storage.ErrSpent when t is not what is
	// proposed any more.
	ConfirmTOTP(ctx context.Context, t storage.TOTP, step int64, at time.Time) error
	// DropTOTP removes the user's app; storage.ErrNotFound when there is none, storage.ErrLast when
	// it must stay.
	DropTOTP(ctx context.Context, userID string) error
}

// Enrolment adds and removes authenticator apps, for the account pages. Its caller has made
// sure that it is the user.
type Enrolment struct {
	Store  Enrolments
	Sealer Sealer
	Issuer string           // what the app shows beside the account: the name of the service
	Now    func() time.Time // nil: the system's clock
}

// Propose makes a seed for user and returns what their app needs: the key to be typed, in base32, and
// the otpauth:// URI, which QR draws. It is no factor until confirmed, and replaces what was proposed
// before; storage.ErrExists when user has an app already.
func (e *Enrolment) Propose(ctx context.Context, user storage.User) (key, uri string, err error) {
	seed := make([]byte, seedSize)
	rand.Read(seed)
	key, uri = e.key(user, seed)
	err = e.Store.ProposeTOTP(ctx, storage.TOTP{
		UserID: user.ID, Seed: seal(e.Sealer, user.ID, seed), CreatedAt: now(e.Now),
	})
	if err != nil {
		return "", "", err
	}
	return key, uri, nil
}

// Proposed returns what was proposed to user and is not confirmed yet, to be shown once more; or
// storage.ErrNotFound.
func (e *Enrolment) Proposed(ctx context.Context, user storage.User) (key, uri string, err error) {
	_, seed, err := e.proposed(ctx, user)
	if err != nil {
		return "", "", err
	}
	key, uri = e.key(user, seed)
	return key, uri, nil
}

func (e *Enrolment) key(user storage.User, seed []byte) (key, uri string) {
	key = spelling().EncodeToString(seed)
	return key, keyURI(e.Issuer, cmp.Or(user.Email, user.Name, user.ID), key)
}

func (e *Enrolment) proposed(ctx context.Context, user storage.User) (storage.TOTP, []byte, error) {
	t, err := e.Store.TOTP(ctx, user.ID)
	if err == nil && !t.ConfirmedAt.IsZero() {
		err = storage.ErrNotFound
	}
	if err != nil {
		return t, nil, fmt.Errorf("find proposed app: %w", err)
	}
	seed, err := open(e.Sealer, t)
	if err != nil { // its secret is no longer there: nothing is lost but the proposal
		return t, nil, fmt.Errorf("%w: %w", storage.ErrNotFound, err)
	}
	return t, seed, nil
}

// Confirm makes what was proposed to user a factor, if code is one that the app shows now. That code
// cannot be used again to sign in. storage.ErrNotFound when nothing is proposed, storage.ErrSpent
// when it is something else by now. Wrong codes are not counted: the user was shown the key.
func (e *Enrolment) Confirm(ctx context.Context, user storage.User, code string) (ok bool, err error) {
	t, seed, err := e.proposed(ctx, user)
	if err != nil {
		return false, err
	}
	digits, ok := web.SixDigits(code)
	if !ok {
		return false, nil
	}
	at := now(e.Now)
	step, ok := stepOf(seed, digits, at)
	if !ok {
		return false, nil
	}
	if err := e.Store.ConfirmTOTP(ctx, t, step, at); err != nil {
		return false, err
	}
	return true, nil
}

// Drop removes the user's app, confirmed or only proposed.
func (e *Enrolment) Drop(ctx context.Context, userID string) error {
	return e.Store.DropTOTP(ctx, userID)
}
