package provider

import (
	"cmp"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// writeError answers an API call with e (RFC 6749 section 5.2). Programs get the standard's words and
// nothing else, in dev mode too: people read hints on a page, or where the server runs.
func (re *renderer) writeError(w http.ResponseWriter, r *http.Request, e *oauth.Error) error {
	re.hints.Of(r, e)
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	if e.Status == http.StatusServiceUnavailable || e.Status == http.StatusTooManyRequests {
		h.Set("Retry-After", retryAfter(e))
	}
	if _, _, basic := r.BasicAuth(); e.Name == "invalid_client" && (basic || r.Header.Get("Authorization") != "") {
		h.Set("WWW-Authenticate", `Basic realm="symbolon", charset="UTF-8"`)
	}
	body, _ := json.Marshal(map[string]string{"error": e.Name, "error_description": e.Description})
	w.WriteHeader(e.Status)
	_, _ = w.Write(body)
	if e.Status >= http.StatusInternalServerError {
		logError(r, e)
	}
	return nil
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
	if e.Description != page.Message {
		page.Explanation = e.Description
	}
	if e.ReturnTo != "" {
		page.BackTo, page.BackURL = oauth.ShownAddress(e.ReturnTo), e.ReturnTo
	}
	re.wayOn(&page, r, e)
	if e.Status >= http.StatusInternalServerError {
		logError(r, e)
	}
	if e.Status == http.StatusServiceUnavailable || e.Status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", retryAfter(e))
	}
	return re.pages.Render(w, e.Status, page)
}

// wayOn is the first thing that can help.
func (re *renderer) wayOn(page *templates.Error, r *http.Request, e *oauth.Error) {
	switch {
	case e.Status >= http.StatusInternalServerError || e.Status == http.StatusTooManyRequests:
		page.WayText, page.WayURL = "Try again", templates.Again(r, strings.TrimSuffix(re.Issuer, re.Base))
	case e.Home != "":
		page.App, page.WayURL = e.App, e.Home
	default:
		page.WayText, page.WayURL = "Go to your account", re.Path("/account")
	}
}

func title(status int) string {
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

// message is what a person reads when the refusal is the application's business.
func message(status int) string {
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

// retryAfter is how many seconds to wait before trying again: what the limiter said, or a moment.
func retryAfter(e *oauth.Error) string {
	var limited *web.Error
	if errors.As(e.Cause, &limited) && limited.RetryAfter > 0 {
		return strconv.FormatInt(int64((limited.RetryAfter+time.Second-1)/time.Second), 10)
	}
	return "2"
}

// logError puts the cause, which the client is not told, into the log record of the request.
func logError(r *http.Request, e *oauth.Error) {
	web.Annotate(r.Context(), slog.String("cause", e.Error()))
}
