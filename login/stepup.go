package login

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// confirmedFor is how long a confirmation is good for changing what protects an account.
const confirmedFor = 5 * time.Minute

// OperatorAMR is what a sign-in by the operator's recovery link proves.
const OperatorAMR = session.OperatorAMR

// Strong reports whether a session is fresh and strong enough to change what protects the account:
// signed in just now, and with two factors where the user has enrolled what that takes. Mail alone is
// enough only for users who have nothing else.
func (s *steps) Strong(ctx context.Context, of *session.Session) (bool, error) {
	if of.Settling(s.now()) {
		return true, nil
	}
	if s.now().Sub(of.AuthTime) > confirmedFor {
		return false, nil
	}
	if LevelOf(of.ACR) >= LevelMFA {
		return true, nil
	}
	enrolled, err := s.enrolled(ctx, of.UserID)
	if err != nil {
		return false, err
	}
	return LevelOf(of.ACR) >= s.rules.confirming(enrolled), nil
}

// StepUp asks the user signed in to confirm that it is them, or a browser that is not signed in to sign
// in, and then goes on to returnPath, a path of the site such as "/account/passkeys". Afterwards Strong
// is true.
func (f *Flow) StepUp(w http.ResponseWriter, r *http.Request, returnPath string) error {
	if !strings.HasPrefix(returnPath, "/") || strings.HasPrefix(returnPath, "//") || strings.Contains(returnPath, `\`) {
		return fmt.Errorf("step up: %q is not a path of ours", returnPath)
	}
	s, err := f.Sessions.Current(r)
	if err != nil {
		return err
	}
	age := confirmedFor
	q := &interaction.Request{
		Handle: storage.NewID(""), CreatedAt: f.attempts.now(), Return: returnPath, MaxAge: &age, ACRValues: []string{ACRMFA},
	}
	if s != nil {
		q.HintSubject = s.UserID
	}
	if err := f.Requests.Park(w, r, q); err != nil {
		return err
	}
	page, err := f.due(r.Context(), progress{handle: q.Handle, request: q, session: s, now: q.CreatedAt})
	if err != nil {
		return err
	}
	return web.Redirect(w, page)
}
