package authorize

import (
	"net/http"

	"github.com/symbolon-id/symbolon/provider/oauth"
)

// unseen reports whether the user was shown no page of this request. In a frame there is no one to show
// one to: that is how applications renew what they have.
func unseen(r *http.Request, v *validRequest) bool {
	return !v.parked && r.Header.Get("Sec-Fetch-Dest") != "iframe"
}

// refuseHere shows the user what failed; the client learns it by the link, in its query whatever mode it
// asked for.
func (p *replier) refuseHere(r *http.Request, v *validRequest, e oauth.Error, fields [][2]string) error {
	fields, err := p.response(r.Context(), v, fields)
	if err != nil {
		return err
	}
	e.ReturnTo = oauth.AppendQuery(v.reply.uri, fields...)
	return e.ForPage()
}
