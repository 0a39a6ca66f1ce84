package clientauth

import (
	"context"
	"net/http"
	"strings"

	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
)

// Prove checks, last of all before a code or refresh token is used up, that the request
// comes from the holder of the key it is bound to, or that the client has said it will always use one.
// It returns what the tokens of the response are bound to, "" for nothing.
func (d *Proofs) Prove(ctx context.Context, sent *Proof, c storage.Client, bound string) (holder string, err error) {
	if c.CertificateBound || oauth.ToCertificate(bound) {
		return d.showCertificate(ctx, sent, bound)
	}
	switch {
	case sent == nil && c.FAPI2():
		return "", oauth.Refuse("invalid_request", "A DPoP proof is required.")
	case sent == nil && (mustBind(c) || bound != ""):
		return "", oauth.Refuse("invalid_dpop_proof", "A DPoP proof is required.")
	case sent == nil:
		return "", nil
	case bound != "" && sent.JKT != bound:
		return "", oauth.Refuse("invalid_grant", "The code or refresh token is bound to a different key.")
	}
	return sent.JKT, d.SpendProof(ctx, sent)
}

// HeldBy checks that who presents an access token holds what it is bound to, its cnf (RFC 9449 section 7).
// A bound token is no bearer token, and a bearer token gains nothing from a proof.
func (d *Proofs) HeldBy(w http.ResponseWriter, r *http.Request, sent Presented, bound *oauth.Confirmation) (*Proof, *oauth.Error) {
	if bound == nil && !sent.DPoP {
		return nil, nil
	}
	if bound != nil && bound.X5T != "" {
		return nil, d.showsCertificate(r.Context(), sent, bound.X5T)
	}
	if bound == nil || !sent.DPoP {
		return nil, InvalidToken()
	}
	proof, fault := d.ReadProof(w, r, "/userinfo", sent.Token)
	switch {
	case fault != nil:
		return nil, OnResource(fault)
	case proof == nil:
		return nil, OnResource(BadProof("It is missing."))
	case proof.JKT != bound.JKT:
		return nil, InvalidToken()
	}
	return proof, nil
}

// OnResource returns a refusal of a proof as a resource server reports it: 401.
func OnResource(e *oauth.Error) *oauth.Error {
	if e.Status == http.StatusBadRequest {
		e.Status = http.StatusUnauthorized
	}
	return e
}

// DPoPChallenge returns the WWW-Authenticate challenge of RFC 9449 section 7.1.
func DPoPChallenge() string {
	return `DPoP realm="symbolon", algs="` + strings.Join(ProofAlgorithms(), " ") + `"`
}

// mustBind reports whether the tokens of the client must be bound to a key (RFC 9449 section 5.2, FAPI 2.0
// section 5.3.2.1).
func mustBind(c storage.Client) bool { return c.DPoPBound || c.FAPI2() }

// InvalidToken refuses an access token at a resource (RFC 6750 section 3.1).
func InvalidToken() *oauth.Error {
	return &oauth.Error{Status: http.StatusUnauthorized, Name: "invalid_token", Description: "The access token is malformed, expired or revoked."}
}

// Presented is an access token as it came.
type Presented struct {
	Token string
	DPoP  bool // with the scheme DPoP
}
