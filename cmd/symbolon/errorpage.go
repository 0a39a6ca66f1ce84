package main

import (
	"net/http"
	"strings"

	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// errorPage shows what a feature refused.
func (n *node) errorPage(w http.ResponseWriter, r *http.Request, e *web.Error) {
	page := templates.Error{Status: e.Status, Title: e.Title, Message: e.Message, Code: e.Code, Detail: e.Hint, TraceID: web.TraceID(r.Context())}
	page.WayText, page.WayURL = e.WayText, e.WayURL
	if page.WayURL == "" {
		page.WayText, page.WayURL = n.wayOn(r, e.Status)
	}
	_ = n.pages.Render(w, e.Status, page)
}

// wayOn is the first thing that can help. A cookie is taken for a session here: it costs nothing, and
// the account asks who is not signed in.
func (n *node) wayOn(r *http.Request, status int) (text i18n.Text, url string) {
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout {
		return "Try again", templates.Again(r, strings.TrimSuffix(n.config.Issuer, n.base))
	}
	if !n.sessions.Brought(r) {
		return "Sign in", n.base + "/login"
	}
	return "Go to your account", n.base + "/account"
}
