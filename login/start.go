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
	f.record(r, at, e, s)
	f.tell(r.Context(), s, e.proofs)
	if before := at.session; before == nil || before.ID != s.ID {
		f.tellNewDevice(r.Context(), s)
	}
	return true, web.Redirect(w, f.landing(w, r, at.request, e, in.NewUser != nil, enrolled))
}

// record stores that s was started before the browser learns of it. The session stands whether or not
// that succeeds: until then the events are kept and tried again.
func (f *Flow) record(r *http.Request, at standing, e evidence, s *session.Session) {
	for _, p := range e.proofs {
		if p.Recovery != nil {
			_ = f.Audit.Record(r.Context(), audit.Event{Type: audit.RecoveryUsed, Outcome: audit.Success, UserID: s.UserID, Target: s.ID, Method: p.Method})
		}
	}
	last := e.proofs[len(e.proofs)-1]
	_ = f.Audit.Record(r.Context(), event(at.request, last, audit.Event{Outcome: audit.Success, UserID: s.UserID, Target: s.ID}))
}

func (f *Flow) signIn(r *http.Request, at standing, e evidence) (storage.SignIn, error) {
	in := storage.SignIn{
		UserID: at.pending.UserID, Alone: proved(e, byOperator),
		Session: storage.Session{
			AuthTime: e.authTime(at.now), ACR: Reached(e.kinds()...).ACR(), AMR: e.amr(),
			UserAgent: BrowserName(r.UserAgent()), Network: web.Network(web.ClientIP(r.Context())),
		},
	}
	for _, p := range e.proofs {
		userID, err := f.who(r.Context(), &p) // again, for what has waited
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
