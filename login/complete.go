package login

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// completion turns proofs into sessions.
type completion struct {
	links      links
	attempts   *attempts
	steps      *steps
	refusals   *refusals
	landing    landing
	newDevices newDevices
	methods    []Method
	users      Users
	sessions   *session.Sessions
	audit      Recorder
}

// Complete takes what a method has proven. When that and what was proven before is all that is
// asked for, it signs in and returns to the pending request, or to /account when handle is empty;
// else it goes on to the page that asks for the rest. Without the request nothing is spent.
func (c *completion) Complete(w http.ResponseWriter, r *http.Request, handle string, p Proof) error {
	at, err := c.attempts.open(r, handle)
	if err != nil {
		return err
	}
	_, err = c.complete(w, r, at, p)
	return err
}

// complete also reports whether a session was started.
func (c *completion) complete(w http.ResponseWriter, r *http.Request, at progress, p Proof) (bool, error) {
	if p.kind() == "" {
		return false, fmt.Errorf("login method %q proves nothing", p.Method)
	}
	userID, err := c.userOf(r.Context(), &p)
	if err != nil {
		return false, c.refusals.refuse(r, at, p, err)
	}
	enrolled, err := c.steps.enrolled(r.Context(), userID)
	if err != nil {
		return false, err
	}
	fixed, err := c.fixed(r.Context(), at)
	if err != nil {
		return false, err
	}
	if fixed != "" && fixed != userID {
		return false, c.refusals.refuse(r, at, p, errOtherAccount)
	}
	at.pending = at.pending.with(userID, p, at.now)
	d := c.steps.rules.signingIn(at.asked(), enrolled)
	for _, withBase := range []bool{false, true} {
		if e := at.evidence(withBase); d.metBy(e.kinds()) {
			return c.start(w, r, at, e, enrolled)
		}
	}
	if err := c.attempts.keep(w, r, at.handle, at.pending); err != nil {
		return false, err
	}
	return false, web.Redirect(w, c.steps.page(at.handle, d, at.kinds(), enrolled))
}

// userOf looks an address up only now: of an address that has moved on since, a proof is worth nothing.
// It keeps NewUser for those who have no account yet; their id is "". Of an account's second address
// nothing is verified that its applications learn.
func (c *completion) userOf(ctx context.Context, p *Proof) (string, error) {
	email := p.Email
	if p.NewUser != nil {
		email = p.NewUser.Email
	}
	if email == "" {
		return p.UserID, nil
	}
	user, err := c.users.UserByEmail(ctx, email)
	if errors.Is(err, storage.ErrNotFound) && p.NewUser != nil {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("find who signs in: %w", err)
	}
	p.Email, p.NewUser = email, nil
	p.VerifiedEmail = p.VerifiedEmail && storage.EmailKey(email) == storage.EmailKey(user.Email)
	return user.ID, nil
}

// fixed is the account that a confirmation is about: the one signed in, unless another may take its
// place. It is "" when any account may sign in.
func (c *completion) fixed(ctx context.Context, at progress) (string, error) {
	q, s := at.request, at.session
	switch {
	case q == nil:
		return "", nil
	case q.Return != "":
		return q.HintSubject, nil
	case s == nil || q.Switching || q.HasPrompt("select_account") || q.HintSubject != "" && q.HintSubject != s.UserID:
		return "", nil
	}
	due, err := c.steps.Next(ctx, q, s)
	if err != nil || due == "" {
		return "", err
	}
	return s.UserID, nil
}
