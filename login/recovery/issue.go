package recovery

import (
	"context"
	"errors"
	"net/http"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
)

// Recorder remembers decisions.
type Recorder interface {
	Record(ctx context.Context, e audit.Event) error
}

// Issue does what Renew does, for a page: the new set is in the audit log, and its owner gets a mail.
func (c *Codes) Issue(r *http.Request, user storage.User) ([]string, error) {
	codes, err := c.Renew(r.Context(), user.ID)
	if err != nil {
		return nil, err
	}
	event := audit.Event{Type: audit.RecoveryRenewed, Outcome: audit.Success, UserID: user.ID, Method: login.RecoveryMethod}
	m := templates.FactorAddedMail("a new set of recovery codes", login.Circumstances(r, now(c.Now)), c.Link)
	return codes, errors.Join(
		c.Audit.Record(r.Context(), event),
		c.Notices.Notify(context.WithoutCancel(r.Context()), user, m),
	)
}

// First issues codes to a user who has none, as comes with the first factor; nil to one who has some.
func (c *Codes) First(r *http.Request, user storage.User) ([]string, error) {
	left, err := c.Left(r.Context(), user.ID)
	if err != nil || left > 0 {
		return nil, err
	}
	return c.Issue(r, user)
}
