package introspection

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage"
)

// introspectionType is the media type of a signed introspection response, and its JWT typ.
const (
	introspectionType  = "token-introspection+jwt"
	introspectionMedia = "application/" + introspectionType
)

// signedIntrospection is RFC 9701 section 5. What is said about the token is kept apart from what is
// said about the answer, so that the answer is not taken for the token.
type signedIntrospection struct {
	Issuer        string   `json:"iss"`
	Audience      string   `json:"aud"`
	IssuedAt      int64    `json:"iat"`
	Introspection Response `json:"token_introspection"`
}

// wantsSigned reads the Accept header (RFC 9701 section 4).
func wantsSigned(h http.Header) bool {
	for accepted := range strings.SplitSeq(strings.Join(h["Accept"], ","), ",") {
		media, parameters, err := mime.ParseMediaType(accepted)
		if err != nil || media != introspectionMedia {
			continue
		}
		weight, given := parameters["q"]
		if q, err := strconv.ParseFloat(weight, 64); !given || err == nil && q > 0 {
			return true
		}
	}
	return false
}

// writeSigned answers caller with a JWT.
func (e *Endpoint) writeSigned(w http.ResponseWriter, r *http.Request, caller storage.Client, answer Response) error {
	token, err := e.Keys.Sign(r.Context(), orStandard(caller.IntrospectionAlg, caller), introspectionType, signedIntrospection{
		Issuer: e.Issuer, Audience: caller.ID, IssuedAt: e.Clock.Now().Unix(), Introspection: answer,
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", introspectionMedia)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(token))
	return nil
}

// orStandard returns the algorithm of a response that the client has registered none for: the one that
// RFC 9701 names, unless the client's profile rules it out.
func orStandard(alg string, c storage.Client) string {
	switch {
	case alg != "":
		return alg
	case c.FAPI2():
		return c.SignedWith()
	}
	return keys.RS256
}
