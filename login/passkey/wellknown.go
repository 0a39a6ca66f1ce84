package passkey

import (
	"net/http"

	"github.com/symbolon-id/symbolon/web"
)

// WellKnown shows browsers and password managers where things are. Its addresses are at the root of
// the host, whatever the path of the issuer.
type WellKnown struct {
	Site         web.Site
	RelyingParty *RelyingParty // nil: browsers make no passkeys for this issuer
}

type endpoints struct {
	Enroll string `json:"enroll"`
	Manage string `json:"manage"`
}

type relatedOrigins struct {
	Origins []string `json:"origins"`
}

// Mount registers them.
func (k WellKnown) Mount(mux *web.Mux) {
	mux.Page("GET /.well-known/change-password", k.account)
	if k.RelyingParty == nil {
		return
	}
	mux.API("GET /.well-known/passkey-endpoints", k.endpoints)
	if len(k.RelyingParty.origins) > 1 {
		mux.API("GET /.well-known/webauthn", k.origins)
	}
}

// endpoints answers as "A Well-Known URL for Relying Party Passkey Endpoints" says.
func (k WellKnown) endpoints(w http.ResponseWriter, _ *http.Request) error {
	page := k.Site.URL("/account/passkeys")
	return web.WriteJSON(w, http.StatusOK, endpoints{Enroll: page, Manage: page})
}

// account redirects there: there are no passwords here; what there is to change is in the account.
func (k WellKnown) account(w http.ResponseWriter, _ *http.Request) error {
	return web.Redirect(w, k.Site.Path("/account"))
}

// origins answers as WebAuthn Level 3 section 5.11 says.
func (k WellKnown) origins(w http.ResponseWriter, _ *http.Request) error {
	return web.WriteJSON(w, http.StatusOK, relatedOrigins{Origins: k.RelyingParty.origins})
}
