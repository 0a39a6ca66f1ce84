package provider

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage"
)

// DPoP (RFC 9449) ties tokens to a key that their client holds, so that a stolen one is of no use
// without it. Proofs are read at /token, /par and /userinfo; a request that brings none pays nothing.
// A proof is judged in two steps: what it says when it is read, and that it has not been seen before
// only when everything else about the request is right. Strangers cannot make us remember anything.

const (
	proofLife = time.Minute // from its iat
	maxProof  = 8 << 10     // bytes
)

// proof is a DPoP proof that is right, but for being fresh.
type proof struct {
	jkt   string // thumbprint of its key
	jti   string
	until time.Time // nobody accepts it any more
}

// proofClaims is RFC 9449 section 4.2.
type proofClaims struct {
	JTI       string `json:"jti"`
	Method    string `json:"htm"`
	URL       string `json:"htu"`
	IssuedAt  *int64 `json:"iat"`
	TokenHash string `json:"ath"`
	Nonce     string `json:"nonce"`
}

// confirmation is the key that a token is bound to (RFC 9449 section 6.1).
type confirmation struct {
	JKT string `json:"jkt"`
}

// readProof returns the proof of this request to one of our paths, nil when there is none. With an
// access token, it must be a proof for that token (RFC 9449 section 4.3).
func (p *Provider) readProof(w http.ResponseWriter, r *http.Request, path, token string) (*proof, *Error) {
	sent := r.Header["Dpop"]
	if len(sent) == 0 {
		return nil, nil
	}
	if p.DPoPNonce {
		w.Header().Set("DPoP-Nonce", p.newNonce())
	}
	if len(sent) > 1 || len(sent[0]) > maxProof {
		return nil, badProof("It is repeated or too long.")
	}
	var claims proofClaims
	payload, jkt, err := keys.VerifyProof(sent[0], keys.ClientAlgorithms())
	if err != nil || keys.Unmarshal(payload, &claims) != nil {
		return nil, badProof("Its form, key or signature is wrong.").because(err)
	}
	if fault := p.judgeProof(claims, r.Method, p.url(path), token); fault != nil {
		return nil, fault
	}
	return &proof{jkt, claims.JTI, time.Unix(*claims.IssuedAt, 0).Add(proofLife + skew)}, nil
}

func (p *Provider) judgeProof(c proofClaims, method, target, token string) *Error {
	now := p.Now().Unix()
	switch {
	case c.JTI == "" || len(c.JTI) > maxJTI:
		return badProof("Its jti is missing or too long.")
	case c.Method != method:
		return badProof("Its htm is not the method of this request.")
	case !sameTarget(c.URL, target):
		return badProof("Its htu is not the URL of this request.")
	case c.IssuedAt == nil || *c.IssuedAt > now+int64(skew/time.Second) || *c.IssuedAt <= now-int64(proofLife/time.Second):
		return badProof("Its iat is missing, over or ahead.")
	case token != "" && c.TokenHash != hashOf(token):
		return badProof("Its ath is not of the access token.")
	case p.DPoPNonce && !p.ourNonce(c.Nonce):
		return refuse("use_dpop_nonce", "The DPoP proof needs the nonce of the DPoP-Nonce header.")
	}
	return nil
}

func badProof(why string) *Error {
	return refuse("invalid_dpop_proof", "The DPoP proof is not accepted. "+why)
}

// hashOf is ath.
func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// sameTarget compares without query and fragment, after normalization of scheme, host and default
// port (RFC 9449 section 4.3).
func sameTarget(a, b string) bool {
	a, b = target(a), target(b)
	return a != "" && a == b
}

func target(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil {
		return ""
	}
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	switch scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	default:
		return ""
	}
	return scheme + "://" + host + u.EscapedPath()
}

// spendProof remembers a proof until nobody accepts it any more, and refuses one it remembers.
func (p *Provider) spendProof(ctx context.Context, proof *proof) error {
	if proof == nil {
		return nil
	}
	err := p.Clients.Spend(ctx, storage.Spent{Kind: "dpop:" + proof.jkt, Value: proof.jti, Until: proof.until})
	if errors.Is(err, storage.ErrSpent) {
		return badProof("It was used before.")
	}
	return err
}

// prove is the last thing to be checked before a code or refresh token is used up: that the request
// comes from the holder of the key it is bound to, or that the client has said it will always use one.
func (p *Provider) prove(ctx context.Context, s *tokenSession, c *client, bound string) error {
	switch {
	case s.proof == nil && (c.DPoPBound || bound != ""):
		return refuse("invalid_dpop_proof", "A DPoP proof is required.")
	case s.proof != nil && bound != "" && s.proof.jkt != bound:
		return refuse("invalid_grant", "The code or refresh token is bound to another key.")
	}
	return p.spendProof(ctx, s.proof)
}

// heldBy checks that who presents an access token holds the key it is bound to (RFC 9449 section 7).
// A bound token is no bearer token, and a bearer token gains nothing from a proof.
func (p *Provider) heldBy(w http.ResponseWriter, r *http.Request, sent presented, claims accessClaims) (*proof, *Error) {
	if claims.Confirms == nil && !sent.dpop {
		return nil, nil
	}
	if claims.Confirms == nil || !sent.dpop {
		return nil, invalidToken()
	}
	proof, fault := p.readProof(w, r, "/userinfo", sent.token)
	switch {
	case fault != nil:
		return nil, onResource(fault)
	case proof == nil:
		return nil, onResource(badProof("It is missing."))
	case proof.jkt != claims.Confirms.JKT:
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
	return `DPoP realm="symbolon", algs="` + strings.Join(keys.ClientAlgorithms(), " ") + `"`
}

// confirms is the cnf of the tokens of this request, nil without a proof.
func (s *tokenSession) confirms() *confirmation {
	if s.proof == nil {
		return nil
	}
	return &confirmation{s.proof.jkt}
}

func tokenType(c *confirmation) string {
	if c == nil {
		return "Bearer"
	}
	return "DPoP"
}

// checkKey is dpop_jkt: the code will be for the holder of this key alone (RFC 9449 section 10).
func checkKey(v *validRequest) error {
	jkt := v.Form.Get("dpop_jkt")
	if jkt != "" && !isSHA256(jkt) {
		return refuse("invalid_request", "The dpop_jkt must be 43 characters of base64url.")
	}
	return nil
}

// A nonce is the sealed time of its making: every node knows its own and the others', and keeps none.
const (
	noncePurpose = "dpop nonce"
	nonceLife    = 5 * time.Minute
)

func (p *Provider) newNonce() string {
	made := binary.BigEndian.AppendUint64(nil, uint64(p.Now().Unix()))
	return base64.RawURLEncoding.EncodeToString(p.Sealer.Seal(noncePurpose, made))
}

func (p *Provider) ourNonce(nonce string) bool {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(nonce)
	if err != nil {
		return false
	}
	made, err := p.Sealer.Open(noncePurpose, sealed)
	if err != nil || len(made) != 8 {
		return false
	}
	age := p.Now().Sub(time.Unix(int64(binary.BigEndian.Uint64(made)), 0))
	return -skew <= age && age <= nonceLife
}
