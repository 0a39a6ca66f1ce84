package provider

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
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

// proofAlgs are those a proof may be signed with: those of FAPI 2.0 for everybody, since /userinfo does
// not know whose token it is shown.
func proofAlgs() []string { return keys.StrictAlgorithms() }

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

// proofs finds out what the sender of a request holds.
type proofs struct {
	place
	auth   *authenticator
	nonces bool // every proof must carry one of ours
	sealer interface {
		Seal(purpose string, plaintext []byte) []byte
		Open(purpose string, sealed []byte) ([]byte, error)
	}
	ephemeral storage.Ephemeral
	now       func() time.Time
}

// readProof returns the proof of this request to one of our paths, nil when there is none. With an
// access token, it must be a proof for that token (RFC 9449 section 4.3).
func (d *proofs) readProof(w http.ResponseWriter, r *http.Request, path, token string) (*proof, *Error) {
	sent := r.Header["Dpop"]
	if len(sent) == 0 {
		return nil, nil
	}
	if d.nonces {
		w.Header().Set("DPoP-Nonce", d.newNonce())
	}
	if len(sent) > 1 || len(sent[0]) > maxProof {
		return nil, badProof("It was sent more than once or is too long.")
	}
	var claims proofClaims
	payload, jkt, err := keys.VerifyProof(sent[0], proofAlgs())
	if err != nil || keys.Unmarshal(payload, &claims) != nil {
		return nil, badProof("Its format, key or signature is not valid.").because(err)
	}
	if fault := d.judgeProof(claims, r.Method, path, token); fault != nil {
		return nil, fault
	}
	return &proof{jkt, claims.JTI, time.Unix(*claims.IssuedAt, 0).Add(proofLife + skew)}, nil
}

func (d *proofs) judgeProof(c proofClaims, method, path, token string) *Error {
	now := d.now().Unix()
	switch {
	case c.JTI == "" || len(c.JTI) > maxJTI:
		return badProof("Its jti is missing or too long.")
	case c.Method != method:
		return badProof("Its htm does not match the method of this request.")
	case !sameTarget(c.URL, d.URL(path)) && !sameTarget(c.URL, d.mutualURL(path)):
		return badProof("Its htu does not match the URL of this request.")
	case c.IssuedAt == nil || *c.IssuedAt > now+int64(skew/time.Second) || *c.IssuedAt <= now-int64(proofLife/time.Second):
		return badProof("Its iat is missing, too old or in the future.")
	case token != "" && c.TokenHash != hashOf(token):
		return badProof("Its ath does not match the access token.")
	case d.nonces && !d.ourNonce(c.Nonce):
		return refuse("use_dpop_nonce", "The DPoP proof must include the nonce from the DPoP-Nonce header.")
	}
	return nil
}

func badProof(why string) *Error {
	return refuse("invalid_dpop_proof", "The DPoP proof was rejected. "+why)
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

// spendProof remembers a proof until nobody accepts it any more, and refuses one it remembers. Unlike
// codes and assertions it is remembered where it may be lost: docs/decisions/0010 says what that lets in.
// While Redis is away, the database remembers.
func (d *proofs) spendProof(ctx context.Context, proof *proof) error {
	if proof == nil {
		return nil
	}
	err := d.ephemeral.Add(ctx, "dpop:"+proof.jkt+":"+proof.jti, proof.until.Sub(d.now()))
	if errors.Is(err, storage.ErrSpent) {
		return badProof("Its jti was already used.")
	}
	return err
}
