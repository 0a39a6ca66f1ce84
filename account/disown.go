package account

import (
	"net/http"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// disown takes "this wasn't me": whoever it was is signed out everywhere, and the person is led to
// where they can undo it. It takes no fresh sign-in, because it gives nobody anything.
func (a *Area) disown(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	e, err := a.ownEvent(r.Context(), s, posted(r, "event"))
	if err != nil {
		return err
	}
	if err := a.endOtherSessions(r, s); err != nil {
		return err
	}
	if err := a.did(r, s, audit.Event{Type: audit.Disowned, Target: e.ID}); err != nil {
		return err
	}
	message, text, path := nextStep(e)
	return a.Pages.Render(w, http.StatusOK, templates.Error{
		Status: http.StatusOK, Code: "disowned", Title: "Every other browser was signed out", Message: message,
		WayText: text, WayURL: a.Base + path, TraceID: web.TraceID(r.Context()),
	})
}

// nextStep is what to look at after something was done by somebody else.
func nextStep(e audit.Event) (message, text, path string) {
	switch e.Type {
	case audit.ConsentGiven, audit.RefreshReused, audit.CodeReplayed:
		return "Now end the access of every app and agent that you do not know.", "See apps and agents", pathTo("connections")
	case audit.FactorAdded, audit.FactorRenamed:
		if e.Method == appMethod {
			return "Now remove the authenticator app, and set up your own.", "See the authenticator app", pathTo("app")
		}
		return "Now remove every passkey that you do not know.", "See your passkeys", pathTo("passkeys")
	case audit.RecoveryUsed, audit.RecoveryRenewed:
		return "Now make new recovery codes: somebody may have the old ones.", "See your recovery codes", pathTo("codes")
	case audit.EmailAsked, audit.EmailChanged, audit.SecondEmailSet, audit.SecondEmailRemoved, audit.ProfileChanged:
		return "Now check your addresses and your name.", "See your profile", pathTo("profile")
	}
	return "Whoever it was is out. Now add a passkey if you have none, remove those that you do not know, " +
		"and end the access of apps that you do not know. If somebody else reads your mail, change its password first.", "See what protects your account", "/account"
}
