package provider

import (
	"net/http"
	"strings"

	"github.com/symbolon-id/symbolon/storage"
)

// Software that registered itself chose its own redirect URIs. A link to /authorize or /logout that sends
// the browser there at once would lend our address to any site (RFC 9700 section 4.11.2): who has been
// shown no page yet gets one, and goes on by themselves.

// unvouched: no operator has looked at the client.
func unvouched(c storage.Client) bool { return c.SelfRegistered() && !c.Approved }

// unseen: nobody was shown a page of this request. In a frame there is nobody to be shown one: that is how
// applications renew what they have.
func unseen(r *http.Request, v *validRequest) bool {
	return !v.parked && r.Header.Get("Sec-Fetch-Dest") != "iframe"
}

// refuseHere tells a person what went wrong; the client is told by the link, in its query whatever mode it
// asked for.
func (p *replier) refuseHere(r *http.Request, v *validRequest, e Error, fields [][2]string) error {
	fields, err := p.response(r.Context(), v, fields)
	if err != nil {
		return err
	}
	e.Back = appendQuery(v.reply.uri, fields...)
	return e.page()
}

// placeOf names an address for a person: its host, or the scheme when an app on their device takes it.
func placeOf(uri string) string {
	scheme, _, _ := strings.Cut(uri, ":")
	if isWeb(scheme) {
		return strings.ToLower(authority(uri))
	}
	return scheme + ":"
}
