package magiclink

import (
	"errors"
	"net/http"

	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// code asks for the code of the mail that was just sent.
func (p pages) code(w http.ResponseWriter, r *http.Request) error {
	handle := r.URL.Query().Get("request")
	rec, err := p.mails().waited(r.Context(), p.flow.Requests.Browser.ID(r), handle)
	if errors.Is(err, storage.ErrNotFound) { // perhaps by the back button, from a page behind this one
		return p.flow.Forward(w, r, handle, overMail())
	}
	if err != nil {
		return err
	}
	return p.askCode(w, http.StatusOK, rec, "")
}

// enterCode judges a code, only in the browser that asked for it and never more often than the
// budgets allow. What cannot be a code is no guess and costs no try.
func (p pages) enterCode(w http.ResponseWriter, r *http.Request) error {
	handle, browser := login.Posted(r, "request"), p.flow.Requests.Browser.ID(r)
	rec, err := p.mails().waited(r.Context(), browser, handle)
	if err != nil {
		return p.dead(err, handle)
	}
	code, ok := web.SixDigits(login.Posted(r, "code"))
	if !ok {
		return p.askCode(w, http.StatusBadRequest, rec, "Enter the 6-digit code.")
	}
	wait, err := p.tries().Spend(r.Context(), ofMail(rec))
	if err != nil {
		return err
	}
	if wait > 0 {
		return p.exhausted(r, rec)
	}
	return p.judge(w, r, rec, browser, code)
}

func (p pages) judge(w http.ResponseWriter, r *http.Request, rec record, browser, code string) error {
	budgets, err := p.ofAddress(r.Context(), rec, browser)
	if err != nil {
		return err
	}
	wait, err := p.tries().Spend(r.Context(), budgets...)
	if err != nil {
		return err
	}
	if wait > 0 {
		web.RetryAfter(w, wait)
		return p.askCode(w, http.StatusTooManyRequests, rec, "Too many attempts. Use the link in the email instead.")
	}
	if !rec.HasCode(browser, code) {
		if err := p.refused(r, "wrong_code"); err != nil {
			return err
		}
		return p.askCode(w, http.StatusBadRequest, rec, "That isn’t the code from our latest email.")
	}
	if err := p.tries().Forgive(r.Context(), budgets...); err != nil {
		return err
	}
	return p.complete(w, r, rec)
}

// exhausted ends a mail whose tries are used up, link included.
func (p pages) exhausted(r *http.Request, rec record) error {
	if err := p.mails().void(r.Context(), rec); err != nil {
		return p.dead(err, rec.Handle)
	}
	if err := p.refused(r, "too_many_tries"); err != nil {
		return err
	}
	return p.flow.DeadEnd(overMail(), rec.Handle)
}

func (p pages) askCode(w http.ResponseWriter, status int, rec record, problem i18n.Text) error {
	return p.flow.Pages.Render(w, status, templates.MailSent{
		App: rec.App, Email: rec.Email, Action: p.flow.Site.Path("/login/mail/code"), Handle: rec.Handle,
		Error: problem, Again: p.flow.SignInURL(rec.Handle),
	})
}
