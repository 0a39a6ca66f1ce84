package provider

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// signals are a service to the person's password manager: without them, people go on all the same.
func (p *replier) signals(ctx context.Context, s *session.Session) []templates.Signal {
	if p.signalsFor == nil || s == nil {
		return nil
	}
	signals, err := p.signalsFor(ctx, s.User)
	if err != nil {
		return nil
	}
	return signals
}

// errorPage answers the user at our own address.
func (re *renderer) errorPage(w http.ResponseWriter, r *http.Request, e *Error) error {
	web.Annotate(r.Context(), refusalAttr(e.Name))
	page := templates.Error{
		Status:  e.Status,
		Title:   title(e.Status),
		Message: cmp.Or(e.Say, message(e.Status)),
		Code:    e.Name,
		Detail:  re.hints.of(r, e),
		TraceID: web.TraceID(r.Context()),
	}
	if _, standard := descriptions[e.Name]; standard {
		page.OAuth, page.Code = e.Name, ""
	}
	if e.Description != page.Message {
		page.Explanation = e.Description
	}
	if e.Back != "" {
		page.BackTo, page.BackURL = placeOf(e.Back), e.Back
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
func (re *renderer) wayOn(page *templates.Error, r *http.Request, e *Error) {
	switch {
	case e.Status >= http.StatusInternalServerError || e.Status == http.StatusTooManyRequests:
		page.WayText, page.WayURL = "Try again", templates.Again(r, strings.TrimSuffix(re.Issuer, re.Base))
	case e.home != "":
		page.App, page.WayURL = e.app, e.home
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
func retryAfter(e *Error) string {
	var limited *web.Error
	if errors.As(e.Cause, &limited) && limited.RetryAfter > 0 {
		return strconv.FormatInt(int64((limited.RetryAfter+time.Second-1)/time.Second), 10)
	}
	return "2"
}

// logError puts the cause, which the client is not told, into the log record of the request.
func logError(r *http.Request, e *Error) {
	web.Annotate(r.Context(), slog.String("cause", e.Error()))
}
