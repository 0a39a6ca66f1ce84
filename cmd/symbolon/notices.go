package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// noticeLife is how long news of an account is worth delivering.
const noticeLife = 24 * time.Hour

// notices tells people by mail what happened to their account.
type notices struct {
	queue *mail.Queue
	pages *templates.Pages
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
