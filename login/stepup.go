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

// Strong tells whether s is fresh and strong enough to change what protects the account: signed
// in just now, and with two factors where the person has enrolled what that takes. Mail alone is
// enough only for somebody who has nothing else.
func (f *Flow) Strong(ctx context.Context, s *session.Session) (bool, error) {
	if s.Settling(f.now()) {
		return true, nil
	}
	if f.now().Sub(s.AuthTime) > confirmedFor {
		return false, nil
	}
	if LevelOf(s.ACR) >= LevelMFA {
		return true, nil
	}
	enrolled, err := f.enrolled(ctx, s.UserID)
	if err != nil {
		return false, err
	}
	return LevelOf(s.ACR) >= confirming(f.best(enrolled)), nil
}

// confirming is the level to confirm with: of two factors the person may choose which, or to have
// lost the strongest would mean never to be able to remove it.
func confirming(best Level) Level {
	if best < LevelMFA {
		return LevelNone
	}
	return LevelMFA
}

// StepUp asks the person signed in to confirm that it is them, or somebody who is not to sign in, and
// then goes on to returnPath, a path below the issuer's such as "/account/passkeys". Afterwards Strong is true.
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
		Handle: storage.NewID(""), CreatedAt: f.now(), Return: returnPath, MaxAge: &age, ACRValues: []string{ACRMFA},
	}
	if s != nil {
		q.HintSubject = s.UserID
	}
	if err := f.Requests.Park(w, r, q); err != nil {
		return err
	}
	page, err := f.due(r.Context(), standing{handle: q.Handle, request: q, session: s, now: f.now()})
	if err != nil {
		return err
	}
	return web.Redirect(w, page)
}
