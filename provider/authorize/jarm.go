package authorize

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
)

const (
	responseType = "JWT" // JARM names none; without a sub it is no ID token
	responseLife = 5 * time.Minute
)

// signResponse makes one field of these fields.
func (p *replier) signResponse(ctx context.Context, v *validRequest, fields [][2]string) ([][2]string, error) {
	now := p.clock.Now()
	claims := map[string]any{"aud": v.ClientID, "iat": now.Unix(), "exp": now.Add(responseLife).Unix()}
	for _, f := range fields {
		claims[f[0]] = f[1]
	}
	token, err := p.keys.Sign(ctx, v.client.ResponseAlg, responseType, claims)
	return [][2]string{{"response", token}}, err
}

// deliverable returns the mode that an answer to c can be delivered in, when mode is what it asked for.
func deliverable(c storage.Client, mode string) string {
	if mode != "" && !slices.Contains(oauth.ResponseModes(), mode) || oauth.IsSigned(mode) && c.ResponseAlg == "" {
		return "query"
	}
	return mode
}

// checkMode checks the response mode: a client of FAPI 2.0 that has registered for signed answers gets no others (Message
// Signing section 5.4.1).
func checkMode(v *validRequest) error {
	switch mode := v.Form.Get("response_mode"); {
	case v.reply.mode != mode && oauth.IsSigned(mode):
		return oauth.Refuse("invalid_request", "This client cannot use this response_mode: authorization_signed_response_alg is not registered.")
	case v.reply.mode != mode:
		return oauth.Refuse("invalid_request", "The response_mode must be one of "+strings.Join(oauth.ResponseModes(), ", ")+".")
	case v.client.FAPI2() && v.client.ResponseAlg != "" && !oauth.IsSigned(mode):
		return oauth.Refuse("invalid_request", "This client requires signed responses; use response_mode=jwt.")
	}
	return nil
}
