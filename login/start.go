package login

import (
	"context"
	"net/http"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// start signs in on e. Everything is spent in the transaction that starts the session.
func (c *completion) start(w http.ResponseWriter, r *http.Request, at progress, e evidence, enrolled storage.Factors) (bool, error) {
	in, err := c.signIn(r, at, e)
	if err != nil {
		return false, c.refusals.refuse(r, at, e.last(), err)
	}
	s, err := c.sessions.Start(w, r, in)
	if err != nil {
		return false, c.refusals.refuse(r, at, e.last(), err)
	}
	_ = c.attempts.forget(r, at.handle) // tidiness only: what counts is spent durably
	c.record(r, at, e, s)
	c.notifyMethods(r.Context(), s, e.proofs)
	if before := at.session; before == nil || before.ID != s.ID {
		c.newDevices.notify(r.Context(), s)
	}
	return true, web.Redirect(w, c.landing.page(w, r, at.request, e, in.NewUser != nil, enrolled))
}

// record stores that s was started before the browser learns of it. The session is valid whether or not
// that succeeds: until then the events are kept and tried again.
func (c *completion) record(r *http.Request, at progress, e evidence, s *session.Session) {
	for _, p := range e.proofs {
		if p.Recovery != nil {
			_ = c.audit.Record(r.Context(), audit.Event{Type: audit.RecoveryUsed, Outcome: audit.Success, UserID: s.UserID, Target: s.ID, Method: p.Method})
		}
	}
	_ = c.audit.Record(r.Context(), event(at.request, e.last(), audit.Event{Outcome: audit.Success, UserID: s.UserID, Target: s.ID}))
}

func (c *completion) signIn(r *http.Request, at progress, e evidence) (storage.SignIn, error) {
	in := storage.SignIn{
		UserID: at.pending.UserID, Alone: e.has(byOperator),
		Session: storage.Session{
			AuthTime: e.authTime(at.now), ACR: Reached(e.kinds()...).ACR(), AMR: e.amr(),
			UserAgent: BrowserName(r.UserAgent()), Network: web.Network(web.ClientIP(r.Context())),
		},
	}
	for _, p := range e.proofs {
		userID, err := c.userOf(r.Context(), &p) // again, for what has waited
		switch {
		case err != nil:
			return in, err
		case userID != in.UserID && in.UserID == "": // another request signed up with this address meanwhile
			return in, storage.ErrSpent
		case userID != in.UserID:
			return in, storage.ErrNotFound
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

// notifyMethods notifies the methods that a session was started by what they proved.
func (c *completion) notifyMethods(ctx context.Context, s *session.Session, proofs []Proof) {
	for _, m := range c.methods {
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
