package login

import (
	"cmp"
	"errors"
	"net/http"
	"time"

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
	RetryAfter     time.Duration // 0: not said
	Way            string        // what the way forward is called; empty: "Sign in"
	again          bool          // the way forward begins again, as anybody
}

// cannotSignIn answers a right proof of an account that is missing or disabled.
func cannotSignIn() End {
	return End{
		Status: http.StatusForbidden, Code: "cannot_sign_in", Title: "You can’t sign in",
		Message: "We’ve confirmed it’s you, but this account can’t be used here. Contact your administrator.",
	}
}

// otherAccount answers a right proof of somebody who was not asked.
func otherAccount() End {
	return End{
		Status: http.StatusForbidden, Code: "other_account", Title: "That’s a different account", again: true,
		Message: "You were asked to confirm the account that’s signed in here. Nothing has changed. " +
			"To use the other account, sign in with it.",
	}
}

// exhausted answers one try too many.
func exhausted(wait time.Duration) End {
	return End{
		Status: http.StatusTooManyRequests, Code: "too_many_tries", Title: "Too many attempts", again: true, RetryAfter: wait,
		Message: "Too many wrong codes. Wait 15 minutes or sign in another way.",
	}
}

// Dead answers a link or code that is unknown, expired, replaced by a newer one, or used: which of
// these it was is nobody's business.
func Dead() End {
	return End{
		Status: http.StatusGone, Code: "link_dead", Title: "This link or code no longer works",
		Message: "It was already used, has expired, or was replaced by a newer one.",
	}
}

// DeadEnd shows end. The way forward is the sign-in page, for the same request if handle is given.
func (f *Flow) DeadEnd(w http.ResponseWriter, r *http.Request, end End, handle string) error {
	web.RetryAfter(w, end.RetryAfter)
	return f.Pages.Render(w, end.Status, templates.Error{
		Status: end.Status, Title: end.Title, Message: end.Message, Code: end.Code,
		WayText: cmp.Or(end.Way, "Sign in"), WayURL: f.way(end, handle), TraceID: web.TraceID(r.Context()),
	})
}

func (f *Flow) way(end End, handle string) string {
	if end.again {
		return f.beginAgainURL(handle)
	}
	return f.SignInURL(handle)
}

// Forward shows end to somebody who is at the beginning; whoever has come further goes on from there.
func (f *Flow) Forward(w http.ResponseWriter, r *http.Request, handle string, end End) error {
	at, err := f.stand(r, handle)
	if err != nil {
		return f.NoRequest(w, r, err)
	}
	page, err := f.due(r.Context(), at)
	if err != nil {
		return err
	}
	if page == f.SignInURL(handle) {
		return f.DeadEnd(w, r, end, handle)
	}
	return web.Redirect(w, page)
}

// NoRequest answers an error of Request: a page for a request that is gone, err itself otherwise.
func (f *Flow) NoRequest(w http.ResponseWriter, r *http.Request, err error) error {
	if !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	return f.Pages.Render(w, http.StatusBadRequest, templates.Error{
		Status: http.StatusBadRequest, Code: "request_gone", Title: "This sign-in is no longer active",
		Message: "It timed out, is already finished, or started in a different browser. " +
			"To sign in to an app, start again from that app.",
		WayText: "Go to your account", WayURL: f.Base + "/account", TraceID: web.TraceID(r.Context()),
	})
}
