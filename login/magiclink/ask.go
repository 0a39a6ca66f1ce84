package magiclink

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// ask sends a mail. It never looks at the accounts: known, unknown and disabled addresses cannot
// differ in answer, cookies or time. Whether the mail is sent is decided later, by the queue.
func (p pages) ask(w http.ResponseWriter, r *http.Request) error {
	typed, handle := strings.TrimSpace(login.Posted(r, "email")), login.Posted(r, "request")
	q, err := p.flow.Request(r, handle)
	if err != nil {
		return err
	}
	a := login.Attempt{Handle: handle, Email: typed[:min(len(typed), 254)], Method: name}
	email, err := mail.ParseAddress(typed)
	if err != nil {
		a.Problem = "Enter an email address like name@example.com."
		return p.flow.Again(w, r, http.StatusBadRequest, a)
	}
	if err := p.allow(r.Context(), p.flow.Requests.Browser.ID(r), email); err != nil {
		return p.tooMany(w, r, a, err)
	}
	browser := p.flow.Requests.Browser.Ensure(w, r)
	if err := p.send(r, browser, email, q); err != nil {
		return err
	}
	return web.Redirect(w, p.codeURL(handle))
}

// tooMany stays on the form, beside the other ways to sign in, and says how long to wait. Any other
// error is returned.
func (p pages) tooMany(w http.ResponseWriter, r *http.Request, a login.Attempt, err error) error {
	refusal, ok := errors.AsType[*web.Error](err)
	if !ok || refusal.Status != http.StatusTooManyRequests {
		return err
	}
	web.RetryAfter(w, refusal.RetryAfter)
	minutes := int((refusal.RetryAfter + time.Minute - 1) / time.Minute)
	a.Problem = i18n.Say("Too many emails were requested. Try again in {n} minutes.", minutes)
	return p.flow.Again(w, r, http.StatusTooManyRequests, a)
}

func (p pages) codeURL(handle string) string {
	path := "/login/mail/code"
	if handle != "" {
		path += "?request=" + url.QueryEscape(handle)
	}
	return p.flow.Site.Path(path)
}

// send keeps the record and queues the mail. A newer mail voids the older one to its address that the same
// browser asked for.
func (p pages) send(r *http.Request, browser, email string, q *interaction.Request) error {
	token := storage.NewBearer(tokenPrefix)
	rec := p.newRecord(r, token, browser, email, q)
	if err := p.mails().keep(r.Context(), rec, browser); err != nil {
		return err
	}
	event := audit.Event{Type: audit.MailLinkSent, Outcome: audit.Success, Method: name}
	if q != nil {
		event.ClientID = q.ClientID
	}
	p.flow.Audit.RecordLater(r.Context(), event)
	return p.queue(r.Context(), rec, token)
}

func (p pages) newRecord(r *http.Request, token, browser, email string, q *interaction.Request) record {
	rec := record{
		Challenge: mail.NewChallenge(codeFor, token, browser, p.now().Add(life)), Email: email,
		AskedWith: login.BrowserName(r.UserAgent()), Network: web.Network(web.ClientIP(r.Context())),
	}
	if q != nil {
		rec.Handle, rec.App = q.Handle, q.ClientName
	}
	return rec
}

func (p pages) queue(ctx context.Context, rec record, token string) error {
	subject, text, html, err := p.Letters.Mail(templates.SignInMail{
		App: rec.App, Link: p.flow.Site.URL("/login/mail/" + token), Code: mail.Code(codeFor, token),
		Minutes: int(life.Minutes()), Browser: rec.AskedWith, Network: rec.Network,
		Language: web.Language(ctx),
	})
	if err != nil {
		return fmt.Errorf("write sign-in mail: %w", err)
	}
	err = p.Mailer.Send(ctx, mail.Message{
		To: rec.Email, Subject: subject, Text: text, HTML: html,
		Expires: rec.ExpiresAt, KnownOnly: !p.Registration,
	})
	if err != nil {
		return fmt.Errorf("queue sign-in mail: %w", err)
	}
	return nil
}
