package login

import (
	"net/http"
	"time"

	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// offeredEvery is how rarely a browser is asked whether it wants a passkey.
const offeredEvery = 30 * 24 * time.Hour

// AbleCookie is set by the sign-in page's script where the browser makes passkeys. To any other the
// offer would be a page in the way. It is true of the browser whatever issuer asks.
const AbleCookie = "symbolon_passkeys"

func able(r *http.Request) bool {
	_, err := r.Cookie(AbleCookie)
	return err == nil
}

// landing is where a browser goes on that has just signed in.
type landing struct {
	links   links
	browser web.Browser
	rules   rules
}

// page is the offer of a passkey, where one is due, or what comes after.
func (l landing) page(w http.ResponseWriter, r *http.Request, q *interaction.Request, e evidence, newUser bool, enrolled storage.Factors) string {
	cookie := l.browser.CookieName("symbolon_offer")
	_, err := r.Cookie(cookie)
	if !able(r) || !l.offers(q, e, newUser, enrolled, err == nil) {
		if e.has(byOperator) {
			return l.links.Review(q)
		}
		return l.links.Landing(q)
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookie, Value: "1", Path: "/", MaxAge: int(offeredEvery.Seconds()),
		Secure: l.browser.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	return l.links.offerURL(q)
}

// offers reports whether a passkey is offered: after mail to a user without one, now and then; always
// when the account is new or was recovered.
func (l landing) offers(q *interaction.Request, e evidence, newUser bool, enrolled storage.Factors, before bool) bool {
	if l.links.offer == "" || !l.rules.has(PasskeyMethod) || q != nil && q.Return != "" {
		return false
	}
	if newUser || e.has(func(p Proof) bool { return p.Recovery != nil || byOperator(p) }) {
		return true
	}
	return !before && enrolled.Passkeys == 0 && e.has(func(p Proof) bool { return p.Kind == Mailbox })
}
