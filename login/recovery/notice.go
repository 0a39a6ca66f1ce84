package recovery

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

func (m *Method) notify(ctx context.Context, user storage.User) error {
	left, err := m.Store.RecoveryCodesLeft(ctx, user.ID)
	if err != nil {
		return fmt.Errorf("count recovery codes: %w", err)
	}
	at := templates.Circumstances{At: now(m.Now), Network: web.Network(web.ClientIP(ctx))}
	return m.Notices.Notify(ctx, user, templates.RecoveryCodeMail(left, at, m.Link))
}

func notice(err error) slog.Attr { return slog.String("notice", err.Error()) }
