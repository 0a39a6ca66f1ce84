package account

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// via is how audit events name what people do here.
const via = string(audit.Account)

// patience bounds the notifying, which goes on when the browser hangs up.
const patience = 5 * time.Second

// post writes to the user.
type post struct {
	site    web.Site
	letters Letters
	mailer  Mailer
}

// changed records what the person did and notifies them by mail, in case it was not them. The change
// itself is made already; an error says that the trail or the mail is behind.
func (a *frame) changed(r *http.Request, s *session.Session, e audit.Event, m templates.NoticeMail) error {
	return errors.Join(a.did(r, s, e), a.write(r.Context(), m, s.User.Addresses()...))
}

// did records a success.
func (a *frame) did(r *http.Request, s *session.Session, e audit.Event) error {
	e.Outcome, e.UserID = audit.Success, s.UserID
	if e.Method == "" {
		e.Method = via
	}
	return a.audit.Record(r.Context(), e)
}

// write queues a notice to each address.
func (a *post) write(ctx context.Context, m templates.NoticeMail, to ...string) error {
	var errs []error
	for _, address := range to {
		errs = append(errs, a.writeUntil(ctx, address, m, time.Time{}))
	}
	return errors.Join(errs...)
}

// writeUntil queues a mail that is worth nothing from expires on; zero: it always is.
func (a *post) writeUntil(ctx context.Context, to string, m templates.NoticeMail, expires time.Time) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	m.Language = web.Language(ctx)
	subject, text, html, err := a.letters.Mail(m)
	if err != nil {
		return fmt.Errorf("write mail: %w", err)
	}
	if err := a.mailer.Send(ctx, mail.Message{To: to, Subject: subject, Text: text, HTML: html, Expires: expires}); err != nil {
		return fmt.Errorf("queue mail: %w", err)
	}
	return nil
}

// circumstances are those of this request.
func (a *frame) circumstances(r *http.Request, s *session.Session) templates.Circumstances {
	return templates.Circumstances{At: a.clock.Now(), Browser: s.UserAgent, Network: web.Network(web.ClientIP(r.Context()))}
}

// link is the address of one of our pages for a mail.
func (a *post) link(path string) string { return a.site.URL(path) }

// endOtherSessions signs out all browsers but this one: after a way in was taken away, those who
// used it must not stay.
func (a *frame) endOtherSessions(r *http.Request, s *session.Session) error {
	return a.store.EndUserSessions(r.Context(), s.UserID, s.ID, a.clock.Now())
}
