package clientauth

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/symbolon-id/symbolon/provider/oauth"
)

// credentials are what a client authenticates with. Basic and post are interchangeable: libraries
// send what they please.
type credentials struct {
	id        string
	secret    string // "" when the client sent none
	assertion string // likewise; id is then what it claims
}

const oneMethod = "of an Authorization header, client_secret and client_assertion send one alone, and no client_id but its own"

// readCredentials finds the one way in which the client authenticates (RFC 6749 section 2.3).
func readCredentials(r *http.Request, form oauth.Params) (credentials, *oauth.Error) {
	posted := credentials{id: form.Get("client_id"), secret: form.Get("client_secret")}
	asserted := form.Get("client_assertion") != "" || form.Get("client_assertion_type") != ""
	header := r.Header["Authorization"]
	switch {
	case len(header) > 1, len(header) == 1 && (asserted || posted.secret != ""), asserted && posted.secret != "":
		return credentials{}, oauth.Refuse("invalid_request", "The client used more than one authentication method.").WithHint(oneMethod)
	case asserted:
		return readAssertion(form)
	case len(header) == 0 && posted.id == "":
		return credentials{}, oauth.Unauthenticated().WithHint("neither client_id, nor an Authorization header, nor a client_assertion was sent")
	case len(header) == 0:
		return posted, nil
	}
	basic, ok := readBasic(header[0])
	if !ok {
		return credentials{}, oauth.Unauthenticated().WithHint("the Authorization header is not Basic with id and secret, each form-encoded, then base64")
	}
	if posted.id != "" && posted.id != basic.id {
		return credentials{}, oauth.Refuse("invalid_request", "The client_id does not match the Authorization header.").WithHint(oneMethod)
	}
	return basic, nil
}

// readBasic decodes the header; id and secret are form-encoded inside (RFC 6749 section 2.3.1).
func readBasic(header string) (credentials, bool) {
	scheme, encoded, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Basic") {
		return credentials{}, false
	}
	decoded, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return credentials{}, false
	}
	rawID, rawSecret, ok := strings.Cut(string(decoded), ":")
	if !ok {
		return credentials{}, false
	}
	id, err := url.QueryUnescape(rawID)
	if err != nil {
		return credentials{}, false
	}
	secret, err := url.QueryUnescape(rawSecret)
	return credentials{id: id, secret: secret}, err == nil && id != ""
}

// visible reports whether s has only the characters of a client_id (RFC 6749 appendix A.1).
func visible(s string) bool {
	for _, c := range []byte(s) {
		if c < 0x20 || c > 0x7e {
			return false
		}
	}
	return s != ""
}
