package web

import (
	"net/http"
	"strings"
)

const contentSecurityPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; " +
	"img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; " +
	"frame-ancestors 'none'; require-trusted-types-for 'script'"

// permissionsPolicy allows pages what they use, and denies the rest to whatever finds its way into one.
const permissionsPolicy = "publickey-credentials-create=(self), publickey-credentials-get=(self), clipboard-write=(self), " +
	"camera=(), display-capture=(), fullscreen=(), geolocation=(), hid=(), microphone=(), midi=(), payment=(), " +
	"screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()"

// strictTransport is for this host alone: what is below it may belong to others.
const strictTransport = "max-age=31536000"

// headers are what every answer of a kind begins with. There is no Cross-Origin-Opener-Policy: it
// would cut the window.opener of clients that sign in through a popup.
func headers(strict bool) map[kind]http.Header {
	pages := http.Header{
		"Content-Security-Policy": {contentSecurityPolicy},
		"X-Frame-Options":         {"DENY"},
		"X-Content-Type-Options":  {"nosniff"},
		"Referrer-Policy":         {"same-origin"}, // no-referrer makes Chromium send Origin: null with our own forms
		"Permissions-Policy":      {permissionsPolicy},
		"Cache-Control":           {"no-store"},
		"Vary":                    {"Accept-Language, Cookie"},
	}
	apis := http.Header{
		"Access-Control-Allow-Origin":   {"*"},
		"Access-Control-Expose-Headers": {"WWW-Authenticate, DPoP-Nonce"},
		"X-Content-Type-Options":        {"nosniff"},
		"Cache-Control":                 {"no-store"},
	}
	if strict {
		pages.Set("Strict-Transport-Security", strictTransport)
		apis.Set("Strict-Transport-Security", strictTransport)
	}
	return map[kind]http.Header{page: pages, plain: pages, api: apis}
}

// AllowFormAction lets the forms of this one answer go to other sites. Only the page that delivers
// an authorization response by response_mode=form_post needs it. Naming the client's origin would
// not do: Chromium applies form-action to the whole chain of redirects, and the client may redirect
// on to anywhere.
func AllowFormAction(w http.ResponseWriter) {
	w.Header().Set("Content-Security-Policy",
		strings.Replace(contentSecurityPolicy, "form-action 'self'; ", "", 1))
}

// AllowFrames lets this one answer show frames of these origins, each "scheme://host" with a port or
// without.
func AllowFrames(w http.ResponseWriter, origins []string) {
	w.Header().Set("Content-Security-Policy", contentSecurityPolicy+"; frame-src "+strings.Join(origins, " "))
}

// AllowEmbedding lets this one answer be a frame of any site. It must hold nothing to click at and
// nothing to see.
func AllowEmbedding(w http.ResponseWriter) {
	w.Header().Del("X-Frame-Options")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; base-uri 'none'; "+
		"form-action 'none'; frame-ancestors *; require-trusted-types-for 'script'")
}

// RedirectAway sends the browser to another site, which does not learn where it came from. After a
// POST it would be silently stopped by form-action: show the hand-off page instead.
func RedirectAway(w http.ResponseWriter, location string) error {
	w.Header().Set("Referrer-Policy", "no-referrer")
	return Redirect(w, location)
}

// Redirect sends the browser on with GET (303): to another page of ours.
func Redirect(w http.ResponseWriter, location string) error {
	w.Header().Set("Location", location)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}
