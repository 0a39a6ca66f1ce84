// Package recovery confirms a user who is known by one of the codes they kept for the day they lose their
// other factor.
//
//	POST /login/recovery  takes the code
//
// There are ten, of 65 bits each; each works once, spent in the transaction that starts the session.
// Only salted digests are kept. A user who used one gets a mail.
package recovery

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

// Store keeps codes, by their digests.
type Store interface {
	// RecoveryCode returns storage.ErrNotFound unless the user has this code and has not used it.
	RecoveryCode(ctx context.Context, userID string, digest []byte) error
	RecoveryCodesLeft(ctx context.Context, userID string) (int, error)
}

// Method confirms by a recovery code. It is no sign-in by itself.
type Method struct {
	Store   Store
	Notices login.Notices
	Link    string           // absolute: the account's page of recovery codes
	Now     func() time.Time // nil: the system's clock
}

var (
	_ login.Second  = (*Method)(nil)
	_ login.Witness = (*Method)(nil)
)

// Name returns "recovery".
func (m *Method) Name() string { return login.RecoveryMethod }

// Offered offers nothing to strangers.
func (m *Method) Offered(context.Context, login.Attempt) (templates.Offer, error) { return nil, nil }

// Proves returns login.Code.
func (m *Method) Proves() login.Kind { return login.Code }

// Second asks for a code, of a user who has any left.
func (m *Method) Second(ctx context.Context, a login.Attempt, user storage.User) (templates.Offer, error) {
	left, err := m.Store.RecoveryCodesLeft(ctx, user.ID)
	if err != nil || left == 0 {
		return nil, err
	}
	return templates.RecoveryOffer{Action: a.Site.Path("/login/recovery"), Handle: a.Handle, Error: a.ProblemOf(m)}, nil
}

// Mount registers the form's target.
func (m *Method) Mount(mux *web.Mux, flow *login.Flow) {
	mux.Page("POST /login/recovery", flow.Answer(login.Challenge{
		Method: m, Read: normal, Format: "Enter a recovery code like 7k2m-9qxv-3btd-h.", Prepare: m.prepare,
	}))
}

func (m *Method) prepare(_ context.Context, user storage.User) (login.Judge, error) {
	return func(ctx context.Context, code string) (login.Proof, error) { return m.judge(ctx, user, code) }, nil
}

// judge looks whether the code is there; that it is used only once is ensured where it is spent.
// RFC 8176 has no value for such a code; "otp" is a one-time password, which it is.
func (m *Method) judge(ctx context.Context, user storage.User, code string) (login.Proof, error) {
	use := storage.RecoveryUse{UserID: user.ID, Digest: digest(user.ID, code), At: now(m.Now)}
	err := m.Store.RecoveryCode(ctx, user.ID, use.Digest)
	if errors.Is(err, storage.ErrNotFound) {
		return login.Proof{}, login.Wrong("That code isn’t one of yours or was already used.")
	}
	if err != nil {
		return login.Proof{}, fmt.Errorf("find recovery code: %w", err)
	}
	return login.Proof{AMR: []string{"otp"}, Recovery: &use}, nil
}

// SignedIn notifies the person that a code was used. The sign-in is valid even when the mail cannot be
// queued: the audit log has it as well.
func (m *Method) SignedIn(ctx context.Context, user storage.User) {
	if err := m.notify(ctx, user); err != nil {
		web.Annotate(ctx, notice(err))
	}
}
