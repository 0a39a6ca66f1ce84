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
		Status: http.StatusOK, Code: "disowned", Title: "All other browsers were signed out", Message: message,
		WayText: text, WayURL: a.Base + path, TraceID: web.TraceID(r.Context()),
	})
}

// nextStep is what to look at after something was done by somebody else.
func nextStep(e audit.Event) (message, text, path string) {
	switch e.Type {
	case audit.ConsentGiven, audit.RefreshReused, audit.CodeReplayed:
		return "Now remove access for any app or agent you don’t recognize.", "Review apps and agents", pathTo("connections")
	case audit.FactorAdded, audit.FactorRenamed:
		if e.Method == appMethod {
			return "Now remove the authenticator app and set up your own.", "Go to authenticator app", pathTo("app")
		}
		return "Now remove any passkey you don’t recognize.", "Review passkeys", pathTo("passkeys")
	case audit.RecoveryUsed, audit.RecoveryRenewed:
		return "Now create new recovery codes. Someone may have the old ones.", "Go to recovery codes", pathTo("codes")
	case audit.EmailAsked, audit.EmailChanged, audit.SecondEmailSet, audit.SecondEmailRemoved, audit.ProfileChanged:
		return "Now check your email addresses and name.", "Go to your profile", pathTo("profile")
	}
	return "They’ve been signed out. Add a passkey if you don’t have one, remove any you don’t recognize, " +
		"and remove access for apps you don’t recognize. If someone else can read your email, change your email password first.", "Check account security", "/account"
}
