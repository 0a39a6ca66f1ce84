package magiclink

import (
	"errors"
	"net/http"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// link shows what the mailed link can do. Scanners open links, so opening changes nothing.
func (p pages) link(w http.ResponseWriter, r *http.Request) error {
	rec, err := p.mails().byToken(r)
	if err != nil {
		return p.onward(w, r, err)
	}
	if rec.LinkOver {
		return p.linkOver(w, r, rec)
	}
	action := p.flow.Site.Path("/login/mail/" + r.PathValue("token"))
	page := templates.MailLink{
		App: rec.App, SameBrowser: rec.BoundTo(p.flow.Requests.Browser.ID(r)), Action: action,
		NotMe: action + "/not-me", Browser: rec.AskedWith, Network: rec.Network, Email: rec.Email,
	}
	if !page.SameBrowser {
		page.Code = mail.Code(codeFor, r.PathValue("token"))
	}
	return p.flow.Pages.Render(w, http.StatusOK, page)
}

// useLink signs in, but only the browser that asked: neither can a link that was passed on let its
// finder in, nor can an attacker sign a victim in to the attacker's account.
func (p pages) useLink(w http.ResponseWriter, r *http.Request) error {
	rec, err := p.mails().byToken(r)
	if err != nil {
		return p.onward(w, r, err)
	}
	if rec.LinkOver {
		return p.linkOver(w, r, rec)
	}
	if !rec.BoundTo(p.flow.Requests.Browser.ID(r)) {
		return p.otherBrowser(r)
	}
	return p.complete(w, r, rec)
}

func (p pages) otherBrowser(r *http.Request) error {
	if err := p.refused(r, "other_browser"); err != nil {
		return err
	}
	return p.flow.DeadEnd(login.End{
		Status: http.StatusForbidden, Code: "other_browser", Title: "Use the browser you started in",
		Message: "Enter the code from the email in the browser where you started signing in. No one was signed in here.",
	}, "")
}

// linkOver answers a link of which only the code is left: in the browser that asked there is a page
// for that.
func (p pages) linkOver(w http.ResponseWriter, r *http.Request, rec record) error {
	if rec.BoundTo(p.flow.Requests.Browser.ID(r)) {
		return web.Redirect(w, p.codeURL(rec.Handle))
	}
	return p.flow.DeadEnd(overMail(), "")
}

// notMe voids the mail in the browser that asked for it. In any other it ends the link alone: scanners
// press buttons, too, and an attacker who asked does not have the code.
func (p pages) notMe(w http.ResponseWriter, r *http.Request) error {
	rec, err := p.mails().byToken(r)
	if err != nil {
		return p.dead(err, "")
	}
	end, message := p.mails().endLink, i18n.Text("The link no longer works. The code only works in the browser that requested it. Don’t share it.")
	if rec.BoundTo(p.flow.Requests.Browser.ID(r)) {
		end, message = p.mails().void, "The link and code no longer work. There’s nothing else you need to do."
	}
	if err := end(r.Context(), rec); err != nil {
		return p.dead(err, "")
	}
	if err := p.refused(r, "not_me"); err != nil {
		return err
	}
	return p.flow.Pages.Render(w, http.StatusOK, templates.Done{
		Title: "No one was signed in", Message: message, WayText: "Sign in", WayURL: p.flow.SignInURL(""),
	})
}

// complete spends the mail in the transaction that starts the session, so that of many clicks on
// many nodes one signs in.
func (p pages) complete(w http.ResponseWriter, r *http.Request, rec record) error {
	proof := login.Proof{
		Method: name, Kind: login.Mailbox, Email: rec.Email, VerifiedEmail: true, AMR: []string{name},
		Spend: []storage.Spent{{Kind: "mail", Value: rec.ID, Until: rec.ExpiresAt.Add(life)}},
	}
	if p.Registration {
		now := p.now()
		proof.Email, proof.NewUser = "", &storage.User{
			ID: storage.NewID(storage.UserPrefix), Email: rec.Email, EmailVerified: true, CreatedAt: now, UpdatedAt: now,
		}
	}
	if err := p.flow.Complete(w, r, rec.Handle, proof); err != nil {
		return err
	}
	p.shown(r.Context(), rec, p.flow.Requests.Browser.ID(r))
	_ = p.mails().use(r.Context(), rec) // tidiness only: what counts is spent durably
	return nil
}

// onward answers a link that was used already in this browser: a user who signed in by it, and opens it
// again, goes on from where they are. Any other missing record is a dead link.
func (p pages) onward(w http.ResponseWriter, r *http.Request, err error) error {
	if !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	rec, err := p.mails().usedHere(r, p.flow.Requests.Browser.ID(r))
	if err != nil {
		return p.dead(err, "")
	}
	_, err = p.flow.Request(r, rec.Handle)
	if errors.Is(err, storage.ErrNotFound) { // that request is answered
		return p.flow.Forward(w, r, "", overMail())
	}
	return p.flow.Forward(w, r, rec.Handle, overMail())
}

// dead answers a missing record with the page of dead links; any other error is returned.
func (p pages) dead(err error, handle string) error {
	if !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	return p.flow.DeadEnd(overMail(), handle)
}

func (p pages) refused(r *http.Request, reason string) error {
	return p.flow.Audit.Record(r.Context(), audit.Event{
		Type: audit.SignIn, Outcome: audit.Refused, Reason: reason, Method: name,
	})
}

// overMail leads to where another mail is requested.
func overMail() login.End {
	end := login.Dead()
	end.Way = "Request a new code"
	return end
}
