package login

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// Complete takes what a method has proven. When that and what was proven before is all that is
// asked for, it signs in and returns to the pending request, or to /account when handle is empty;
// else it goes on to the page that asks for the rest. When the request is gone nothing is spent.
func (f *Flow) Complete(w http.ResponseWriter, r *http.Request, handle string, p Proof) error {
	at, err := f.stand(r, handle)
	if err != nil {
		return f.NoRequest(w, r, err)
	}
	_, err = f.complete(w, r, at, p)
	return err
}

// complete also tells whether a session was started.
func (f *Flow) complete(w http.ResponseWriter, r *http.Request, at standing, p Proof) (bool, error) {
	if p.kind() == "" {
		return false, fmt.Errorf("login method %q proves nothing", p.Method)
	}
	userID, err := f.who(r.Context(), &p)
	if err != nil {
		return false, f.refuse(w, r, at, p, err)
	}
	enrolled, err := f.enrolled(r.Context(), userID)
	if err != nil {
		return false, err
	}
	fixed, err := f.fixed(r.Context(), at)
	if err != nil {
		return false, err
	}
	if fixed != "" && fixed != userID {
		return false, f.refuse(w, r, at, p, errOtherAccount)
	}
	at.pending = at.pending.with(userID, p, at.now)
	d := f.Policy.signingIn(at.asked(), enrolled, f.best(enrolled))
	for _, withBase := range []bool{false, true} {
		if e := at.evidence(withBase); d.metBy(e.kinds()) {
			return f.start(w, r, at, e, enrolled)
		}
	}
	if err := f.keep(w, r, at.handle, at.pending); err != nil {
		return false, err
	}
	return false, web.Redirect(w, f.ask(at.handle, d, at.kinds(), enrolled))
}

// who looks an address up only now: of an address that has moved on since, a proof is worth nothing.
// It leaves NewUser to those who have no account yet; their id is "". Of an account's second address
// nothing is verified that its applications learn.
func (f *Flow) who(ctx context.Context, p *Proof) (string, error) {
	email := p.Email
	if p.NewUser != nil {
		email = p.NewUser.Email
	}
	if email == "" {
		return p.UserID, nil
	}
	user, err := f.Users.UserByEmail(ctx, email)
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

// fixed is the account that a confirmation is about: whoever is signed in, unless they may be
// replaced. "" when anybody may sign in.
func (f *Flow) fixed(ctx context.Context, at standing) (string, error) {
	q, s := at.request, at.session
	switch {
	case q == nil:
		return "", nil
	case q.Return != "":
		return q.HintSubject, nil
	case s == nil || q.Switching || q.HasPrompt("select_account") || q.HintSubject != "" && q.HintSubject != s.UserID:
		return "", nil
	}
	due, err := f.Next(ctx, q, s)
	if err != nil || due == "" {
		return "", err
	}
	return s.UserID, nil
}
