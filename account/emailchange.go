package account

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// emailLife is how long a new address can be confirmed.
const emailLife = 10 * time.Minute

const emailPrefix = "symbolon_ec_"

// emailTokenLength is that of storage.NewBearer(emailPrefix): nothing else is looked up.
const emailTokenLength = len(emailPrefix) + 52

// codeFor distinguishes the codes of these mails from those of others.
const codeFor = "email change code"

// emailChange is a new address that waits to be confirmed. It is stored as JSON under the digest of
// the link's token: a field may be added, never renamed.
type emailChange struct {
	mail.Challenge
	UserID string  `json:"user_id"`
	Which  mailbox `json:"which,omitempty"`
	Old    string  `json:"old"`
	New    string  `json:"new"`
}

func newEmailChange(token, browser string, user storage.User, which mailbox, to string, now time.Time) emailChange {
	return emailChange{
		Challenge: mail.NewChallenge(codeFor, token, browser, now.Add(emailLife)), UserID: user.ID, Which: which,
		Old: which.of(user), New: to,
	}
}

// of reports whether it is this person's, who still has the address it replaces.
func (c emailChange) of(s *session.Session) bool {
	return s != nil && c.UserID == s.UserID && c.Old == c.Which.of(s.User)
}

// spend outlives whatever clock another node judges the record by.
func (c emailChange) spend() storage.Spent {
	return storage.Spent{Kind: "email", Value: c.ID, Until: c.ExpiresAt.Add(emailLife)}
}

// emailChanges keeps new addresses while they wait.
type emailChanges struct {
	ephemeral storage.Ephemeral
	browser   web.Browser
	clock     clock.Clock
}

// keep stores c as the only one of its user.
func (a *emailChanges) keep(ctx context.Context, c emailChange) error {
	if err := a.kept().Put(ctx, c.ID, c, emailLife); err != nil {
		return err
	}
	if err := a.ephemeral.Put(ctx, pendingKey(c.UserID), []byte(c.ID), emailLife); err != nil {
		return fmt.Errorf("point at email change: %w", err)
	}
	return nil
}

// find returns the change of this id, or storage.ErrNotFound when there is none, it has expired
// or its user asked for another.
func (a *emailChanges) find(ctx context.Context, id string) (emailChange, error) {
	c, err := a.kept().Get(ctx, id)
	if err != nil {
		return emailChange{}, err
	}
	c.ID = id
	latest, err := a.ephemeral.Get(ctx, pendingKey(c.UserID))
	if err != nil {
		return emailChange{}, fmt.Errorf("find email change: %w", err)
	}
	if string(latest) != id || c.Expired(a.clock.Now()) {
		return emailChange{}, storage.ErrNotFound
	}
	return c, nil
}

// of returns what this person has asked for in this browser, or storage.ErrNotFound.
func (a *emailChanges) of(r *http.Request, s *session.Session) (emailChange, error) {
	id, err := a.ephemeral.Get(r.Context(), pendingKey(s.UserID))
	if err != nil {
		return emailChange{}, fmt.Errorf("find email change: %w", err)
	}
	c, err := a.find(r.Context(), string(id))
	if err == nil && (!c.of(s) || !c.BoundTo(a.browser.ID(r))) {
		return emailChange{}, storage.ErrNotFound
	}
	return c, err
}

// pending is what waits for its code; of an empty New nothing does, as far as can be known.
func (a *emailChanges) pending(r *http.Request, s *session.Session) (emailChange, error) {
	c, err := a.of(r, s)
	if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrUnavailable) {
		return emailChange{}, nil
	}
	return c, err
}

// void forgets what the user asked for; link and code are dead.
func (a *emailChanges) void(ctx context.Context, userID string) error {
	id, err := a.ephemeral.Take(ctx, pendingKey(userID))
	if err == nil {
		_, err = a.kept().Take(ctx, string(id))
	}
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	return err
}

func (a *emailChanges) kept() storage.Kept[emailChange] {
	return storage.Kept[emailChange]{Store: a.ephemeral, Prefix: "email-change:"}
}

func pendingKey(userID string) string { return "email-pending:" + storage.KeyOf(userID) }
