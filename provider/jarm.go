package provider

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// JARM (JWT Secured Authorization Response Mode for OAuth 2.0): the answer, an error too, is one
// parameter, signed for the client. Its iss is inside and nowhere else. It is for clients that have
// registered an algorithm for it; nobody else can make us sign.

// responseModes are those that an answer can be delivered in. A fragment is for tokens, which we never
// deliver like that.
func responseModes() []string {
	return []string{"query", "form_post", "jwt", "query.jwt", "form_post.jwt"}
}

const (
	responseType = "JWT" // JARM names none; without a sub it is no ID token
	responseLife = 5 * time.Minute
)

// isSigned tells whether the mode asks for JARM. For a code the mode jwt is query.jwt.
func isSigned(mode string) bool { return mode == "jwt" || strings.HasSuffix(mode, ".jwt") }

// isPosted tells whether the mode asks for a form.
func isPosted(mode string) bool { return strings.HasPrefix(mode, "form_post") }

// signResponse makes one field of these fields.
func (p *replier) signResponse(ctx context.Context, v *validRequest, fields [][2]string) ([][2]string, error) {
	now := p.now()
	claims := map[string]any{"aud": v.ClientID, "iat": now.Unix(), "exp": now.Add(responseLife).Unix()}
	for _, f := range fields {
		claims[f[0]] = f[1]
	}
	token, err := p.keys.Sign(ctx, v.client.ResponseAlg, responseType, claims)
	return [][2]string{{"response", token}}, err
}

// deliverable is the mode that an answer to c can be delivered in, when mode is what it asked for.
func deliverable(c storage.Client, mode string) string {
	if mode != "" && !slices.Contains(responseModes(), mode) || isSigned(mode) && c.ResponseAlg == "" {
		return "query"
	}
	return mode
}

// checkMode: a client of FAPI 2.0 that has registered for signed answers gets no others (Message
// Signing section 5.4.1).
func checkMode(v *validRequest) error {
	switch mode := v.Form.Get("response_mode"); {
	case v.reply.mode != mode && isSigned(mode):
		return refuse("invalid_request", "This client cannot use this response_mode: authorization_signed_response_alg is not registered.")
	case v.reply.mode != mode:
		return refuse("invalid_request", "The response_mode must be one of "+strings.Join(responseModes(), ", ")+".")
	case v.client.FAPI2() && v.client.ResponseAlg != "" && !isSigned(mode):
		return refuse("invalid_request", "This client requires signed responses; use response_mode=jwt.")
	}
	return nil
}
