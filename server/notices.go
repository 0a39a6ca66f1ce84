package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// noticeLife is how long news of an account is worth delivering.
const noticeLife = 24 * time.Hour

// noticePatience bounds what telling costs whoever waits for their answer.
const noticePatience = 2 * time.Second

// connected writes to the person that an app can use their account. It can, whatever becomes of that:
// the audit log has it as well.
func (n notices) connected(ctx context.Context, s *session.Session, app string, scopes []string) {
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), noticePatience)
	defer cancel()
	var can []i18n.Text
	for _, scope := range interaction.ForPeople(scopes) {
		can = append(can, cmp.Or(interaction.Sentence(scope), i18n.Verbatim(scope)))
	}
	c := templates.Circumstances{At: time.Now(), Browser: s.UserAgent, Network: web.Network(web.ClientIP(ctx))}
	m := templates.ConnectedMail(app, can, c, n.site.URL("/account/connections"))
	if err := n.Notify(bounded, s.User, m); err != nil {
		web.Annotate(ctx, slog.String("notice", err.Error()))
	}
}

// notices tells people by mail what happened to their account.
type notices struct {
	queue *mail.Queue
	pages *templates.Pages
	site  web.Site
}

var _ login.Notices = notices{}

// Notify queues m for every address of user, who has an account: in the language of the request.
func (n notices) Notify(ctx context.Context, user storage.User, m templates.NoticeMail) error {
	m.Language = web.Language(ctx)
	subject, text, html, err := n.pages.Mail(m)
	if err != nil {
		return fmt.Errorf("write notice: %w", err)
	}
	var errs []error
	for _, to := range user.Addresses() {
		errs = append(errs, n.queue.Send(ctx, mail.Message{
			To: to, Subject: subject, Text: text, HTML: html, Expires: time.Now().Add(noticeLife), KnownOnly: true,
		}))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("queue notice: %w", err)
	}
	return nil
}
