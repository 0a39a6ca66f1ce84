package account

import (
	"fmt"
	"net/http"

	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
)

// home says what protects the account, and what is missing.
func (a *Area) home(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	f, err := a.Store.Factors(r.Context(), s.UserID)
	if err != nil {
		return err
	}
	frame := a.frame(r, s)
	if s.Settling(a.now()) && frame.Notice == "" {
		frame.Notice = "You’re back in. Add a passkey now and remove anything you’ve lost."
	}
	if frame.Signals, err = a.signals(r.Context(), s); err != nil { // who has just signed in is often here
		return err
	}
	return a.Pages.Render(w, http.StatusOK, templates.AccountHome{
		Frame: frame, Name: s.User.Name, Email: s.User.Email, Protections: a.protections(s.User, f),
	})
}

func (a *Area) protections(u storage.User, f storage.Factors) []templates.Protection {
	var all []templates.Protection
	if a.Passkeys != nil {
		all = append(all, a.passkeyProtection(f))
	}
	if a.App != nil {
		all = append(all, a.appProtection(f))
	}
	if a.Codes != nil && (f.Any() || f.RecoveryCodes > 0) {
		all = append(all, a.codeProtection(f))
	}
	all = append(all, a.mailProtection(u))
	if a.mailOff() { // a second address lets nobody in
		return all
	}
	return append(all, a.secondProtection(u))
}

func (a *Area) passkeyProtection(f storage.Factors) templates.Protection {
	p := templates.Protection{Title: "Passkeys", State: counted(f.Passkeys, "passkey") + ".", WayText: "Manage", WayURL: a.Base + pathTo("passkeys")}
	if f.Passkeys == 0 {
		p.State, p.Missing, p.WayText = "None. Passkeys protect you from fake sign-in pages.", true, "Add a passkey"
	}
	return p
}

func (a *Area) appProtection(f storage.Factors) templates.Protection {
	p := templates.Protection{Title: "Authenticator app", State: "On.", WayText: "Manage", WayURL: a.Base + pathTo("app")}
	if !f.TOTP {
		p.State, p.Missing, p.WayText = "Off.", !f.Any(), "Set up"
	}
	return p
}

// fewCodes is when people are told to make new ones.
const fewCodes = 3

func (a *Area) codeProtection(f storage.Factors) templates.Protection {
	p := templates.Protection{Title: "Recovery codes", State: counted(f.RecoveryCodes, "code") + " left.", WayText: "Manage", WayURL: a.Base + pathTo("codes")}
	switch {
	case f.RecoveryCodes == 0:
		p.State, p.Missing, p.WayText = "None. Create codes in case you lose all your devices.", true, "Create codes"
	case f.RecoveryCodes <= fewCodes:
		p.State, p.WayText = "Only "+lower(p.State), "Create new codes"
	}
	return p
}

func (a *Area) mailProtection(u storage.User) templates.Protection {
	p := templates.Protection{Title: "Email address", State: "Confirmed. We’ll email you here when something changes.", WayText: "Change", WayURL: a.Base + pathTo("profile")}
	if !u.EmailVerified {
		p.State = "Not confirmed yet."
	}
	return p
}

func (a *Area) secondProtection(u storage.User) templates.Protection {
	p := templates.Protection{Title: "Backup email", State: "Your way back in if you lose access to your main email.", WayText: "Manage", WayURL: a.Base + pathTo("profile")}
	if u.SecondEmail == "" {
		p.State, p.WayText = "Not set. Add one in case you lose access to your main email.", "Add a backup email"
	}
	return p
}

// counted says how many, as one writes it: "Two passkeys".
func counted(n int, what string) string {
	words := []string{"No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"}
	number := fmt.Sprint(n)
	if n < len(words) {
		number = words[n]
	}
	if n != 1 {
		what += "s"
	}
	return number + " " + what
}

// lower makes the beginning of a sentence its middle.
func lower(s string) string { return string(s[0]|0x20) + s[1:] }
