package login

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// Complete takes what a method has proven. When that and what was proven before is all that is
// asked for, it signs in and returns to the pending request, or to /account when handle is empty;
// else it goes on to the page that asks for the rest. When the request is gone nothing is spent.
func (f *Flow) Complete(w http.ResponseWriter, r *http.Request, handle string, p Proof) error {
	_, err := f.complete(w, r, handle, p)
	return err
}

// complete also tells whether a session was started.
func (f *Flow) complete(w http.ResponseWriter, r *http.Request, handle string, p Proof) (bool, error) {
	at, err := f.stand(r, handle)
	if err != nil {
		return false, f.NoRequest(w, r, err)
	}
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
	if err := f.keep(w, r, handle, at.pending); err != nil {
		return false, err
	}
	return false, web.Redirect(w, f.ask(handle, d, at.kinds(), enrolled))
}

// who looks an address up only now: of an address that has moved on since, a proof is worth nothing.
// It leaves NewUser to those who have no account yet; their id is "".
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

// start signs in on e. Everything is spent in the transaction that starts the session.
func (f *Flow) start(w http.ResponseWriter, r *http.Request, at standing, e evidence, enrolled storage.Factors) (bool, error) {
	last := e.proofs[len(e.proofs)-1]
	in, err := f.signIn(r, at, e)
	if err != nil {
		return false, f.refuse(w, r, at, last, err)
	}
	s, err := f.Sessions.Start(w, r, in)
	if err != nil {
		return false, f.refuse(w, r, at, last, err)
	}
	_ = f.forget(r.Context(), r, at.handle) // tidiness only: what counts is spent durably
	f.Audit.RecordLater(r.Context(), event(at.request, last, audit.Event{
		Outcome: audit.Success, UserID: s.UserID, Target: s.ID,
	}))
	f.tell(r.Context(), s, e.proofs)
	return true, web.Redirect(w, f.landing(w, r, at.request, e, in.NewUser != nil, enrolled))
}

func (f *Flow) signIn(r *http.Request, at standing, e evidence) (storage.SignIn, error) {
	in := storage.SignIn{
		UserID: at.pending.UserID,
		Session: storage.Session{
			AuthTime: e.authTime(at.now), ACR: Reached(e.kinds()...).ACR(), AMR: e.amr(),
			UserAgent: BrowserName(r.UserAgent()), Network: web.Network(web.ClientIP(r.Context())),
		},
	}
	for _, p := range e.proofs {
		userID, err := f.who(r.Context(), &p) // again, for what has waited
		if err == nil && userID != in.UserID {
			err = storage.ErrNotFound
		}
		if err != nil {
			return in, err
		}
		use(&in, p)
	}
	return in, nil
}

// use adds what p spends.
func use(in *storage.SignIn, p Proof) {
	in.Spend = append(in.Spend, p.Spend...)
	in.Verified = in.Verified || p.VerifiedEmail
	if p.NewUser != nil {
		in.NewUser = p.NewUser
	}
	if p.Passkey != nil {
		in.Passkey = p.Passkey
	}
	if p.TOTP != nil {
		in.TOTP = p.TOTP
	}
	if p.Recovery != nil {
		in.Recovery = p.Recovery
	}
}

// tell tells the methods that a session was started by what they proved.
func (f *Flow) tell(ctx context.Context, s *session.Session, proofs []Proof) {
	for _, m := range f.Methods {
		witness, ok := m.(Witness)
		if !ok {
			continue
		}
		for _, p := range proofs {
			if p.Method == m.Name() {
				witness.SignedIn(ctx, s.User)
			}
		}
	}
}

var errOtherAccount = errors.New("another account than the one to confirm")

// refuse answers a proof that was right and still signs nobody in. Missing and disabled accounts
// look the same.
func (f *Flow) refuse(w http.ResponseWriter, r *http.Request, at standing, p Proof, err error) error {
	end, reason := Dead(), "spent"
	switch {
	case errors.Is(err, errOtherAccount):
		end, reason = otherAccount(), "other_account"
	case errors.Is(err, storage.ErrNotFound):
		end, reason = cannotSignIn(), "no_account"
	case !errors.Is(err, storage.ErrSpent):
		return err
	}
	if !errors.Is(err, errOtherAccount) { // what is pending would be refused for ever
		if err := f.forget(r.Context(), r, at.handle); err != nil {
			return err
		}
	}
	if err := f.Audit.Record(r.Context(), event(at.request, p, audit.Event{Outcome: audit.Refused, Reason: reason})); err != nil {
		return err
	}
	return f.DeadEnd(w, r, end, at.handle)
}

func event(q *interaction.Request, p Proof, e audit.Event) audit.Event {
	e.Type, e.Method = audit.SignIn, p.Method
	if q != nil {
		e.ClientID = q.ClientID
	}
	return e
}
