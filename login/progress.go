package login

import (
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login/session"
)

// progress is how far one browser has come with one request.
type progress struct {
	handle  string
	request *interaction.Request // nil on a direct visit
	session *session.Session     // nil when the browser is not signed in
	pending pending
	now     time.Time
}

// takingOver reports whether another user than the one signed in is half signed in.
func (at progress) takingOver() bool {
	return at.pending.ID != "" && at.session != nil && at.pending.UserID != at.session.UserID
}

// base is the session, if what it proves is fresh enough to count for this request.
func (at progress) base() *session.Session {
	q, s := at.request, at.session
	if q == nil || s == nil || q.Fresh(s.UserID, s.AuthTime, at.now) {
		return nil
	}
	return s
}

// known is the user who has proven something that counts, "" for none. What is pending comes first: its
// user may be about to take over from the one signed in.
func (at progress) known() string {
	if at.pending.ID != "" {
		return at.pending.UserID
	}
	if s := at.base(); s != nil {
		return s.UserID
	}
	return ""
}

// asked is acr_values; nil on a direct visit.
func (at progress) asked() []string {
	if at.request == nil {
		return nil
	}
	return at.request.ACRValues
}

// kinds is everything proven so far by the user who is known.
func (at progress) kinds() []Kind { return at.evidence(true).kinds() }

// evidence returns that of the user who is pending, or signed in; with the session's part only where that is the
// same user's.
func (at progress) evidence(withBase bool) evidence {
	e := evidence{proofs: at.pending.Proofs}
	if s := at.base(); withBase && s != nil && (at.pending.ID == "" || at.pending.UserID == s.UserID) {
		e.base = s
	}
	return e
}

// evidence is what a session is started on.
type evidence struct {
	proofs []Proof
	base   *session.Session // nil: the proofs suffice
}

func (e evidence) kinds() (kinds []Kind) {
	for _, p := range e.proofs {
		kinds = append(kinds, p.kind())
	}
	if e.base != nil {
		kinds = append(kinds, kindsOf(LevelOf(e.base.ACR))...)
	}
	return kinds
}

// amr is every method that counts, and "mfa" where they are two factors (RFC 8176).
func (e evidence) amr() (all []string) {
	for _, p := range e.proofs {
		all = append(all, p.AMR...)
	}
	if e.base != nil {
		all = append(all, e.base.AMR...)
	}
	if Reached(e.kinds()...) >= LevelMFA {
		all = append(all, "mfa")
	}
	return slices.Compact(slices.Sorted(slices.Values(all)))
}

// authTime is the session's where part of the evidence is the session: what is not fresh must not be
// taken for it.
func (e evidence) authTime(now time.Time) time.Time {
	if e.base != nil {
		return e.base.AuthTime
	}
	return now
}

// last is the newest proof.
func (e evidence) last() Proof { return e.proofs[len(e.proofs)-1] }

func (e evidence) has(what func(Proof) bool) bool { return slices.ContainsFunc(e.proofs, what) }

func byOperator(p Proof) bool { return p.Kind == Operator }
