package login

import (
	"net/http"
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// offeredEvery is how rarely a browser is asked whether it wants a passkey.
const offeredEvery = 30 * 24 * time.Hour

// AbleCookie is set by the sign-in page's script where the browser makes passkeys. To any other the
// offer would be a page in the way.
const AbleCookie = "symbolon_passkeys"

func able(r *http.Request) bool {
	_, err := r.Cookie(AbleCookie)
	return err == nil
}

// landing is where somebody goes on who has just signed in: to the offer of a passkey, where one is
// due, or on.
func (f *Flow) landing(w http.ResponseWriter, r *http.Request, q *interaction.Request, e evidence, newUser bool, enrolled storage.Factors) string {
	cookie := web.CookieName("symbolon_offer", f.Requests.Browser.Secure)
	_, err := r.Cookie(cookie)
	if !able(r) || !f.offers(q, e, newUser, enrolled, err == nil) {
		if proved(e, byOperator) {
			return f.Review(q)
		}
		return f.Landing(q)
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookie, Value: "1", Path: "/", MaxAge: int(offeredEvery.Seconds()),
		Secure: f.Requests.Browser.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	return withRequest(f.Offer, handleOf(q))
}

// offers: after mail to somebody without a passkey, now and then; always when the account is new or
// was recovered.
func (f *Flow) offers(q *interaction.Request, e evidence, newUser bool, enrolled storage.Factors, before bool) bool {
	if f.Offer == "" || !f.has(PasskeyMethod) || q != nil && q.Return != "" {
		return false
	}
	if newUser || proved(e, func(p Proof) bool { return p.Recovery != nil || byOperator(p) }) {
		return true
	}
	return !before && enrolled.Passkeys == 0 && proved(e, func(p Proof) bool { return p.Kind == Mailbox })
}

func byOperator(p Proof) bool { return p.Kind == Operator }

func proved(e evidence, what func(Proof) bool) bool { return slices.ContainsFunc(e.proofs, what) }

func handleOf(q *interaction.Request) string {
	if q == nil {
		return ""
	}
	return q.Handle
}
