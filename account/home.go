package account

import (
	"context"
	"net/http"

	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// homePage is what the account looks like at a glance.
type homePage struct {
	*frame
	store interface {
		Factors(ctx context.Context, userID string) (storage.Factors, error)
	}
}

func (a *homePage) mount(mux *web.Mux) {
	mux.Page("GET /account", a.known(a.show))
}

// show lists what protects the account, and what is missing.
func (a *homePage) show(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	f, err := a.store.Factors(r.Context(), s.UserID)
	if err != nil {
		return err
	}
	frame := a.head(r, s)
	if s.Settling(a.clock.Now()) && frame.Notice == "" {
		frame.Notice = "You’re back in. Add a passkey now and remove anything you’ve lost."
	}
	if frame.Signals, err = a.signals(r.Context(), s); err != nil { // who has just signed in is often here
		return err
	}
	return a.pages.Render(w, http.StatusOK, templates.AccountHome{
		Frame: frame, Name: s.User.Name, Email: s.User.Email, Protections: a.protections(s.User, f),
	})
}

func (a *homePage) protections(u storage.User, f storage.Factors) []templates.Protection {
	var all []templates.Protection
	if a.passkeys != nil {
		all = append(all, a.passkeyProtection(f))
	}
	if a.withApp {
		all = append(all, a.appProtection(f))
	}
	if a.withCodes && (f.Any() || f.RecoveryCodes > 0) {
		all = append(all, a.codeProtection(f))
	}
	all = append(all, a.mailProtection(u))
	if a.mailOff() { // a second address is no way to sign in
		return all
	}
	return append(all, a.secondProtection(u))
}

func (a *homePage) passkeyProtection(f storage.Factors) templates.Protection {
	p := templates.Protection{Icon: "key", Title: "Passkeys", State: i18n.Say("{n} passkeys.", f.Passkeys), WayText: "Manage", WayURL: a.Path(pathTo("passkeys"))}
	if f.Passkeys == 0 {
		p.State, p.Missing, p.WayText = "None. Passkeys protect you from fake sign-in pages.", true, "Add a passkey"
	}
	return p
}

func (a *homePage) appProtection(f storage.Factors) templates.Protection {
	p := templates.Protection{Icon: "phone", Title: "Authenticator app", State: "On.", WayText: "Manage", WayURL: a.Path(pathTo("app"))}
	if !f.TOTP {
		p.State, p.Missing, p.WayText = "Off.", !f.Any(), "Set up"
	}
	return p
}

// fewCodes is the number at which people are advised to make new ones.
const fewCodes = 3

func (a *homePage) codeProtection(f storage.Factors) templates.Protection {
	p := templates.Protection{Icon: "ticket", Title: "Recovery codes", State: i18n.Say("{n} codes left.", f.RecoveryCodes), WayText: "Manage", WayURL: a.Path(pathTo("codes"))}
	switch {
	case f.RecoveryCodes == 0:
		p.State, p.Missing, p.WayText = "None. Create codes in case you lose all your devices.", true, "Create codes"
	case f.RecoveryCodes <= fewCodes:
		p.State, p.WayText = i18n.Say("Only {n} codes left.", f.RecoveryCodes), "Create new codes"
	}
	return p
}

func (a *homePage) mailProtection(u storage.User) templates.Protection {
	p := templates.Protection{Icon: "mail", Title: "Email address", State: "Confirmed. We’ll email you here when something changes.", WayText: "Change", WayURL: a.Path(pathTo("profile"))}
	if !u.EmailVerified {
		p.State = "Not confirmed yet."
	}
	return p
}

func (a *homePage) secondProtection(u storage.User) templates.Protection {
	p := templates.Protection{Icon: "mail", Title: "Backup email", State: "Your way back in if you lose access to your main email.", WayText: "Manage", WayURL: a.Path(pathTo("profile"))}
	if u.SecondEmail == "" {
		p.State, p.WayText = "Not set. Add one in case you lose access to your main email.", "Add a backup email"
	}
	return p
}
