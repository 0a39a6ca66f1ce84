package provider

import (
	"context"
	"net/http"
	"strings"

	"github.com/symbolon-id/symbolon/storage"
)

// confirmation is the key (RFC 9449 section 6.1) or the certificate (RFC 8705 section 3.1) that a
// token is bound to: one of them.
type confirmation struct {
	JKT string `json:"jkt,omitempty"`
	X5T string `json:"x5t#S256,omitempty"`
}

// prove is the last thing to be checked before a code or refresh token is used up: that the request
// comes from the holder of the key it is bound to, or that the client has said it will always use one.
// It returns what the tokens of the response are bound to, "" for nothing.
func (d *proofs) prove(ctx context.Context, sent *proof, c storage.Client, bound string) (holder string, err error) {
	if c.CertificateBound || toCertificate(bound) {
		return d.showCertificate(ctx, sent, bound)
	}
	switch {
	case sent == nil && c.FAPI2():
		return "", refuse("invalid_request", "A DPoP proof is required.")
	case sent == nil && (mustBind(c) || bound != ""):
		return "", refuse("invalid_dpop_proof", "A DPoP proof is required.")
	case sent == nil:
		return "", nil
	case bound != "" && sent.jkt != bound:
		return "", refuse("invalid_grant", "The code or refresh token is bound to a different key.")
	}
	return sent.jkt, d.spendProof(ctx, sent)
}

// heldBy checks that who presents an access token holds what it is bound to, its cnf (RFC 9449 section 7).
// A bound token is no bearer token, and a bearer token gains nothing from a proof.
func (d *proofs) heldBy(w http.ResponseWriter, r *http.Request, sent presented, bound *confirmation) (*proof, *Error) {
	if bound == nil && !sent.dpop {
		return nil, nil
	}
	if bound != nil && bound.X5T != "" {
		return nil, d.showsCertificate(r.Context(), sent, bound.X5T)
	}
	if bound == nil || !sent.dpop {
		return nil, invalidToken()
	}
	proof, fault := d.readProof(w, r, "/userinfo", sent.token)
	switch {
	case fault != nil:
		return nil, onResource(fault)
	case proof == nil:
		return nil, onResource(badProof("It is missing."))
	case proof.jkt != bound.JKT:
		return nil, invalidToken()
	}
	return proof, nil
}

// onResource is a refusal of a proof as a resource server tells it: 401.
func onResource(e *Error) *Error {
	if e.Status == http.StatusBadRequest {
		e.Status = http.StatusUnauthorized
	}
	return e
}

func dpopChallenge() string {
	return `DPoP realm="symbolon", algs="` + strings.Join(proofAlgs(), " ") + `"`
}

// tokenType: a token bound to a certificate is sent like any other (RFC 8705 section 3).
func tokenType(c *confirmation) string {
	if c == nil || c.JKT == "" {
		return "Bearer"
	}
	return "DPoP"
}

// checkKey is dpop_jkt: the code will be for the holder of this key alone (RFC 9449 section 10).
func checkKey(v *validRequest) error {
	jkt := v.Form.Get("dpop_jkt")
	switch {
	case jkt != "" && !isSHA256(jkt):
		return refuse("invalid_request", "The dpop_jkt must be 43 base64url characters.")
	case jkt != "" && v.client.CertificateBound:
		return refuse("invalid_request", "This client uses certificate-bound tokens, which cannot be combined with a DPoP key.")
	}
	return nil
}
