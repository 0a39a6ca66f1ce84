package login

import (
	"errors"
	"net/http"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// End is a way to sign in that led nowhere. Its page says so without telling whether there is such
// an account, and always offers a way forward.
type End struct {
	Status         int
	Code           string // short and stable
	Title, Message string
}

// cannotSignIn answers a right proof of an account that is missing or disabled.
func cannotSignIn() End {
	return End{http.StatusForbidden, "cannot_sign_in", "You cannot sign in",
		"We know it is you, but this account cannot be used here. Ask whoever runs this service."}
}

// Dead answers a link or code that is unknown, expired, replaced by a newer one, or used: which of
// these it was is nobody's business.
func Dead() End {
	return End{http.StatusGone, "link_dead", "This link or code no longer works",
		"It has been used, has expired, or was replaced by a newer one."}
}

// DeadEnd shows end. The way forward is the sign-in page, for the same request if handle is given.
func (f *Flow) DeadEnd(w http.ResponseWriter, r *http.Request, end End, handle string) error {
	return f.Pages.Render(w, end.Status, templates.Error{
		Status: end.Status, Title: end.Title, Message: end.Message, Code: end.Code,
		WayText: "Sign in", WayURL: f.SignInURL(handle), TraceID: web.TraceID(r.Context()),
	})
}

// NoRequest answers an error of Request: a page for a request that is gone, err itself otherwise.
func (f *Flow) NoRequest(w http.ResponseWriter, r *http.Request, err error) error {
	if !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	return f.Pages.Render(w, http.StatusBadRequest, templates.Error{
		Status: http.StatusBadRequest, Code: "request_gone", Title: "This sign-in is over",
		Message: "It took too long, is finished, or was begun in another browser. " +
			"To sign in to an app, go back to it and start again.",
		WayText: "Go to your account", WayURL: f.Base + "/account", TraceID: web.TraceID(r.Context()),
	})
}
