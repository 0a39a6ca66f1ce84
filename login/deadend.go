package login

import (
	"cmp"
	"errors"
	"net/http"
	"time"

	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// End is a way to sign in that led nowhere. Its page says so without saying whether there is such
// an account, and always offers a way forward.
type End struct {
	Status         int
	Code           string // short and stable
	Title, Message i18n.Text
	RetryAfter     time.Duration // 0: not said
	Way            i18n.Text     // what the way forward is called; empty: "Sign in"
	again          bool          // the way forward begins again, with nothing proven
}

// cannotSignIn answers a right proof of an account that is missing or disabled.
func cannotSignIn() End {
	return End{
		Status: http.StatusForbidden, Code: "cannot_sign_in", Title: "You can’t sign in",
		Message: "We’ve confirmed it’s you, but this account can’t be used here. Contact your administrator.",
	}
}

// otherAccount answers a right proof of another account than the one to confirm.
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

// Dead answers a link or code that is unknown, expired, replaced by a newer one, or used, without saying
// which of these it was.
func Dead() End {
	return End{
		Status: http.StatusGone, Code: "link_dead", Title: "This link or code no longer works",
		Message: "It was already used, has expired, or was replaced by a newer one.",
	}
}

// DeadEnd returns end as an error. The way forward is the sign-in page, for the same request if handle
// is given.
func (l links) DeadEnd(end End, handle string) error {
	way := l.SignInURL(handle)
	if end.again {
		way = l.beginAgainURL(handle)
	}
	return &web.Error{
		Status: end.Status, Code: end.Code, Title: end.Title, Message: end.Message, RetryAfter: end.RetryAfter,
		WayText: cmp.Or(end.Way, "Sign in"), WayURL: way,
	}
}

// inactive returns err with a page for it, if it says that there is no such pending request.
func (l links) inactive(err error) error {
	if !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	return &web.Error{
		Status: http.StatusBadRequest, Code: "request_gone", Title: "This sign-in is no longer active", Err: err,
		Message: "It timed out, is already finished, or started in a different browser. " +
			"To sign in to an app, start again from that app.",
		WayText: "Go to your account", WayURL: l.Landing(nil),
	}
}
