package recovery

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// noticeLife is how long the mail is worth delivering.
const noticeLife = 24 * time.Hour

func (m *Method) tell(ctx context.Context, user storage.User) error {
	left, err := m.Store.RecoveryCodesLeft(ctx, user.ID)
	if err != nil {
		return fmt.Errorf("count recovery codes: %w", err)
	}
	at := templates.Circumstances{At: now(m.Now), Network: web.Network(web.ClientIP(ctx))}
	letter := templates.RecoveryCodeMail(left, at, m.Link)
	letter.Language = web.Language(ctx)
	subject, text, html, err := m.Letters.Mail(letter)
	if err != nil {
		return fmt.Errorf("write notice: %w", err)
	}
	return m.Mailer.Send(ctx, mail.Message{
		To: user.Email, Subject: subject, Text: text, HTML: html, Expires: now(m.Now).Add(noticeLife), KnownOnly: true,
	})
}

func notice(err error) slog.Attr { return slog.String("notice", err.Error()) }
