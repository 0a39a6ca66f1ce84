package login

import (
	"errors"
	"net/http"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/storage"
)

var errOtherAccount = errors.New("another account than the one to confirm")

// refusals answers proofs that are right and still are no sign-in.
type refusals struct {
	links    links
	attempts *attempts
	audit    Recorder
}

// refuse records and returns the refusal that err means. Missing and disabled accounts look the same.
func (f *refusals) refuse(r *http.Request, at progress, p Proof, err error) error {
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
		if err := f.attempts.forget(r, at.handle); err != nil {
			return err
		}
	}
	if err := f.audit.Record(r.Context(), event(at.request, p, audit.Event{Outcome: audit.Refused, Reason: reason})); err != nil {
		return err
	}
	return f.links.DeadEnd(end, at.handle)
}

func event(q *interaction.Request, p Proof, e audit.Event) audit.Event {
	e.Type, e.Method = audit.SignIn, p.Method
	if q != nil {
		e.ClientID = q.ClientID
	}
	return e
}
