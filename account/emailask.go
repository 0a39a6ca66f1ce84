package account

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// ask sends a link and a code to a new address. Whether another user has it is not disclosed to those
// who cannot read its mail.
func (a *emailPage) ask(which mailbox) page {
	return func(w http.ResponseWriter, r *http.Request, s *session.Session) error {
		typed := strings.TrimSpace(posted(r, "email"))
		email, err := mail.ParseAddress(typed)
		if err != nil {
			return a.bad(w, r, s, which, typed[:min(len(typed), 254)], "Enter an email address like name@example.com.")
		}
		if which.has(s.User, email) {
			return a.bad(w, r, s, which, typed, "That’s already your address.")
		}
		if err := a.allowMail(r.Context(), s.UserID, email); err != nil {
			return err
		}
		return a.begin(w, r, s, which, email)
	}
}

func (a *emailPage) begin(w http.ResponseWriter, r *http.Request, s *session.Session, which mailbox, email string) error {
	token := storage.NewBearer(emailPrefix)
	c := newEmailChange(token, a.browser.Ensure(w, r), s.User, which, email, a.clock.Now())
	if err := a.changes.keep(r.Context(), c); err != nil {
		return err
	}
	if err := a.did(r, s, audit.Event{Type: audit.EmailAsked}); err != nil {
		return err
	}
	if err := a.sendCode(r, s, c, token); err != nil {
		return err
	}
	return a.done(w, "profile", "code-sent")
}

func (a *emailPage) bad(w http.ResponseWriter, r *http.Request, s *session.Session, which mailbox, typed string, problem i18n.Text) error {
	return a.profile.render(w, r, s, profileForm{status: http.StatusBadRequest, which: which, email: strings.ToValidUTF8(typed, ""), emailError: problem})
}

// allowMail keeps an account from being used to flood a mailbox.
func (a *emailPage) allowMail(ctx context.Context, userID, email string) error {
	if err := a.limiter.Allow(ctx, "email-change-user:"+storage.KeyOf(userID), web.Limit{Events: 5, Per: time.Hour}); err != nil {
		return err
	}
	return a.limiter.Allow(ctx, "email-change-address:"+storage.KeyOf(storage.EmailKey(email)), web.Limit{Events: 3, Per: 30 * time.Minute})
}

func (a *emailPage) sendCode(r *http.Request, s *session.Session, c emailChange, token string) error {
	m := templates.ConfirmEmailMail(mail.Code(codeFor, token), int(emailLife.Minutes()), a.circumstances(r, s), a.link("/account/email/link/"+token))
	return a.writeUntil(r.Context(), c.New, m, c.ExpiresAt)
}
