package login

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
)

// standing is where one browser stands with one request.
type standing struct {
	handle  string
	request *interaction.Request // nil on a direct visit
	session *session.Session     // nil when nobody is signed in
	pending pending
	now     time.Time
}

// stand returns where the browser of r stands. Answer an error with NoRequest.
func (f *Flow) stand(r *http.Request, handle string) (at standing, err error) {
	at = standing{handle: handle, now: f.now()}
	if at.request, err = f.Request(r, handle); err != nil {
		return at, err
	}
	if at.session, err = f.Sessions.Current(r); err != nil {
		return at, outage(err)
	}
	if at.pending, err = f.halfDone(r, handle); err != nil {
		return at, outage(err)
	}
	return at, nil
}

// outage: what is missing here, other than the request, is never "not found".
func outage(err error) error {
	if errors.Is(err, storage.ErrNotFound) {
		return storage.ErrUnavailable
	}
	return err
}

// takingOver: somebody else than the one signed in is half done.
func (at standing) takingOver() bool {
	return at.pending.ID != "" && at.session != nil && at.pending.UserID != at.session.UserID
}

// base is the session, if what it proves is fresh enough to count for this request.
func (at standing) base() *session.Session {
	q, s := at.request, at.session
	if q == nil || s == nil || q.Fresh(s.UserID, s.AuthTime, at.now) {
		return nil
	}
	return s
}

// known is who has proven something that counts, "" for nobody. What is half done comes first: its
// person may be about to take over from the one signed in.
func (at standing) known() string {
	if at.pending.ID != "" {
		return at.pending.UserID
	}
	if s := at.base(); s != nil {
		return s.UserID
	}
	return ""
}

// kinds is everything proven so far of the one who is known.
func (at standing) kinds() []Kind {
	return at.evidence(true).kinds()
}

// evidence is what a session is started on.
type evidence struct {
	proofs []Proof
	base   *session.Session // nil: the proofs suffice
}

// evidence of the one who is pending, or signed in; with the session's part only where that is the
// same person's.
func (at standing) evidence(withBase bool) evidence {
	e := evidence{proofs: at.pending.Proofs}
	if s := at.base(); withBase && s != nil && (at.pending.ID == "" || at.pending.UserID == s.UserID) {
		e.base = s
	}
	return e
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

// authTime is the session's where part of it stands on the session: nobody may take for fresh what
// is not.
func (e evidence) authTime(now time.Time) time.Time {
	if e.base != nil {
		return e.base.AuthTime
	}
	return now
}

// asked is acr_values; nil on a direct visit.
func (at standing) asked() []string {
	if at.request == nil {
		return nil
	}
	return at.request.ACRValues
}
