package provider

import (
	"cmp"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// writeError answers an API call with e (RFC 6749 section 5.2). Programs get the standard's words and
// nothing else, in dev mode too: people read hints on a page, or where the server runs.
func (re *renderer) writeError(w http.ResponseWriter, r *http.Request, e *oauth.Error) error {
	re.hints.Of(r, e)
	if _, _, basic := r.BasicAuth(); e.Name == "invalid_client" && (basic || r.Header.Get("Authorization") != "") {
		w.Header().Set("WWW-Authenticate", `Basic realm="symbolon", charset="UTF-8"`)
	}
	if e.Status >= http.StatusInternalServerError {
		logError(r, e)
	}
	return web.WriteOAuthError(w, &web.Error{Status: e.Status, Code: e.Name, Message: i18n.Text(e.Description), RetryAfter: retryAfter(e)})
}

// errorPage answers the user at our own address.
func (re *renderer) errorPage(w http.ResponseWriter, r *http.Request, e *oauth.Error) error {
	web.Annotate(r.Context(), oauth.ErrorAttr(e.Name))
	page := templates.Error{
		Status:  e.Status,
		Title:   title(e.Status),
		Message: cmp.Or(e.Message, message(e.Status)),
		Code:    e.Name,
		Detail:  re.hints.Of(r, e),
		TraceID: web.TraceID(r.Context()),
	}
	if _, standard := oauth.Descriptions[e.Name]; standard {
		page.OAuth, page.Code = e.Name, ""
	}
	if e.Description != page.Message.String() {
		page.Explanation = e.Description
	}
	if e.ReturnTo != "" {
		page.BackTo, page.BackURL = oauth.ShownAddress(e.ReturnTo), e.ReturnTo
	}
	re.wayOn(&page, r, e)
	if e.Status >= http.StatusInternalServerError {
		logError(r, e)
	}
	web.RetryAfter(w, retryAfter(e))
	return re.pages.Render(w, e.Status, page)
}

// wayOn returns the first thing that can help.
func (re *renderer) wayOn(page *templates.Error, r *http.Request, e *oauth.Error) {
	switch {
	case e.Status >= http.StatusInternalServerError || e.Status == http.StatusTooManyRequests:
		page.WayText, page.WayURL = "Try again", templates.Again(r, re.Origin())
	case e.Home != "":
		page.App, page.WayURL = e.App, e.Home
	default:
		page.WayText, page.WayURL = "Go to your account", re.Path("/account")
	}
}

func title(status int) i18n.Text {
	switch {
	case status == http.StatusServiceUnavailable:
		return "Temporarily unavailable"
	case status == http.StatusTooManyRequests:
		return "Too many attempts"
	case status >= http.StatusInternalServerError:
		return "Something went wrong"
	}
	return "We could not complete this request"
}

// message returns what a person reads when the refusal is the application's business.
func message(status int) i18n.Text {
	switch {
	case status == http.StatusServiceUnavailable:
		return "The service is not available right now. Try again in a moment."
	case status == http.StatusTooManyRequests:
		return "Wait a moment, then try again."
	case status >= http.StatusInternalServerError:
		return "The problem is on our side. Try again in a moment."
	}
	return "The app sent a request we could not process. Go back to the app and start again. If that does not help, contact its support team."
}

// retryAfter returns how long to wait before trying again, where that may help: what the limiter said, or a moment.
func retryAfter(e *oauth.Error) time.Duration {
	if e.Status != http.StatusServiceUnavailable && e.Status != http.StatusTooManyRequests {
		return 0
	}
	var limited *web.Error
	if errors.As(e.Cause, &limited) && limited.RetryAfter > 0 {
		return limited.RetryAfter
	}
	return 2 * time.Second
}

// logError puts the cause, which is not for the client, into the log record of the request.
func logError(r *http.Request, e *oauth.Error) {
	web.Annotate(r.Context(), slog.String("cause", e.Error()))
}
