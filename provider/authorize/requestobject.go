package authorize

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/provider/clientauth"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
)

// A request object (RFC 9101) is an authorization request that its client has signed. It comes as the
// parameter request, to /authorize or, better, to /par; what comes along with it counts for nothing.
// Once opened it is an ordinary request that remembers that it was signed. Request objects are never
// fetched from anywhere.

const (
	objectMark = "request_object" // no parameter: only we put it there
	signed     = "signed"

	maxObjectAge = int64(time.Hour / time.Second) // FAPI 2.0 Message Signing section 5.3.1
)

// objectClaims is what a request object says about itself.
type objectClaims struct {
	Issuer    string         `json:"iss"`
	Subject   string         `json:"sub"`
	ClientID  string         `json:"client_id"`
	Audience  oauth.Audience `json:"aud"`
	ExpiresAt *int64         `json:"exp"`
	NotBefore *int64         `json:"nbf"`
	IssuedAt  *int64         `json:"iat"`
}

// requestObjects opens them.
type requestObjects struct {
	oauth.Place
	auth  *clientauth.Authenticator
	clock clock.Clock
}

// unwrap puts what the client c has signed in the place of what came along with it. When the object
// is refused, v is as it was.
func (r *requestObjects) unwrap(ctx context.Context, v *validRequest, c storage.Client) error {
	object := v.Form.Get("request")
	if object == "" {
		return nil
	}
	if v.Form.Get("request_uri") != "" {
		return oauth.Refuse("invalid_request", "request and request_uri exclude each other.")
	}
	claims, mark, err := r.openObject(ctx, c, object)
	if err != nil {
		return err
	}
	form, fault := parametersIn(claims)
	if fault != nil {
		return fault
	}
	v.received, v.Form = v.Form, withoutCredentials(form, c.ID)
	v.Form.Set(objectMark, mark)
	return nil
}

// openObject returns the claims of a request object that is right, and whether it is signed.
func (r *requestObjects) openObject(ctx context.Context, c storage.Client, object string) (payload []byte, mark string, err error) {
	if c.RequestAlg == storage.AlgNone && !c.FAPI2() {
		payload, err = keys.Unsigned(object)
	} else {
		mark = signed
		payload, err = r.auth.VerifyByClient(ctx, c, func(jwks []byte) ([]byte, error) {
			return keys.VerifyRequestObject(jwks, object, objectAlgs(c))
		})
	}
	if errors.Is(err, storage.ErrUnavailable) {
		return nil, "", err
	}
	if err != nil {
		return nil, "", unverified(c, object, err)
	}
	var claims objectClaims
	if keys.Unmarshal(payload, &claims) != nil { // its error repeats what was sent
		return nil, "", badObject("Its claims are malformed.")
	}
	if fault := r.judgeObject(claims, c, mark == signed); fault != nil {
		return nil, "", fault
	}
	return payload, mark, nil
}

// objectAlgs returns what the client may sign with: one that has registered an algorithm is held to it (OpenID Connect Registration section 2).
func objectAlgs(c storage.Client) []string {
	if c.RequestAlg != "" {
		return []string{c.RequestAlg}
	}
	return oauth.AcceptedAlgorithms(c)
}

// unverified explains to a developer who did not sign at all that it has to be registered first.
func unverified(c storage.Client, object string, why error) *oauth.Error {
	refusal := badObject("Its format, type, algorithm or signature is not valid.")
	if _, err := keys.Unsigned(object); err == nil && !c.RequireSigned && !c.FAPI2() {
		refusal = oauth.Refuse("request_not_supported", oauth.Descriptions["request_not_supported"])
	}
	return refusal.WithCause(why).WithHintFunc(func() string { return refusal.Description + " " + why.Error() })
}

// judgeObject checks iss, sub, aud and the times. One whose sub is the client could be used as a
// client assertion, and the other way round (RFC 9101 section 10.8).
func (r *requestObjects) judgeObject(o objectClaims, c storage.Client, isSigned bool) *oauth.Error {
	switch {
	case o.ClientID != c.ID:
		return badObject("Its client_id does not match the client.")
	case o.Subject == c.ID:
		return badObject("Its sub must not be the client_id; that would make it a client assertion.")
	case o.Issuer != c.ID && (isSigned || o.Issuer != ""):
		return badObject("Its iss must be the client_id.")
	case !r.IsAudience(o.Audience) && (isSigned || len(o.Audience) > 0) && !(c.FAPI2() && slices.Contains(o.Audience, r.Issuer)):
		return badObject("Its aud must be this issuer.") // FAPI 2.0 Message Signing section 5.3.1 takes others along with it
	case o.ExpiresAt == nil && isSigned:
		return badObject("Its exp is missing.")
	}
	if fault := o.timely(r.clock.Now().Unix()); fault != nil || !c.FAPI2() {
		return fault
	}
	return o.brief(r.clock.Now().Unix())
}

func (o objectClaims) timely(now int64) *oauth.Error {
	const slack = int64(clientauth.Skew / time.Second)
	switch {
	case o.ExpiresAt != nil && *o.ExpiresAt <= now-slack:
		return badObject("It has expired (exp).")
	case o.NotBefore != nil && (*o.NotBefore > now+slack || *o.NotBefore < 0):
		return badObject("Its nbf is in the future.")
	case o.IssuedAt != nil && (*o.IssuedAt > now+slack || *o.IssuedAt < 0):
		return badObject("Its iat is in the future.")
	}
	return nil
}

// brief implements FAPI 2.0 Message Signing section 5.3.1.
func (o objectClaims) brief(now int64) *oauth.Error {
	switch {
	case o.NotBefore == nil || o.ExpiresAt == nil:
		return badObject("Its nbf or exp is missing.")
	case *o.NotBefore < now-maxObjectAge:
		return badObject("Its nbf is more than one hour ago.")
	case *o.ExpiresAt-*o.NotBefore > maxObjectAge:
		return badObject("Its exp is more than one hour after its nbf.")
	}
	return nil
}

func badObject(why string) *oauth.Error {
	description := oauth.Descriptions["invalid_request_object"] + " " + why
	return oauth.Refuse("invalid_request_object", description).WithHint(description)
}

// checkSigned refuses what clients that must sign their requests did not sign (RFC 9101 section 10.5).
func checkSigned(v *validRequest) error {
	if v.client.RequireSigned && v.Form.Get(objectMark) != signed {
		return oauth.Refuse("invalid_request", "This client must send signed authorization requests.")
	}
	return nil
}
