package clientauth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/provider/oauth"
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

// ProofAlgorithms returns those a proof may be signed with: those of FAPI 2.0 for every client, since /userinfo does
// not know whose token it is shown.
func ProofAlgorithms() []string { return keys.StrictAlgorithms() }

// Proof is a DPoP proof that is valid, but for being fresh.
type Proof struct {
	JKT   string // thumbprint of its key
	JTI   string
	until time.Time // it is not accepted any more
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

// Proofs finds out what the sender of a request holds.
type Proofs struct {
	oauth.Place
	Auth   *Authenticator
	Nonces bool // every proof must carry one of ours
	Sealer interface {
		Seal(purpose string, plaintext []byte) []byte
		Open(purpose string, sealed []byte) ([]byte, error)
	}
	Ephemeral storage.Ephemeral
	Clock     clock.Clock
}

// ReadProof returns the proof of this request to one of our paths, nil when there is none. With an
// access token, it must be a proof for that token (RFC 9449 section 4.3).
func (d *Proofs) ReadProof(w http.ResponseWriter, r *http.Request, path, token string) (*Proof, *oauth.Error) {
	sent := r.Header["Dpop"]
	if len(sent) == 0 {
		return nil, nil
	}
	if d.Nonces {
		w.Header().Set("DPoP-Nonce", d.newNonce())
	}
	if len(sent) > 1 || len(sent[0]) > maxProof {
		return nil, BadProof("It was sent more than once or is too long.")
	}
	var claims proofClaims
	payload, jkt, err := keys.VerifyProof(sent[0], ProofAlgorithms())
	if err != nil || keys.Unmarshal(payload, &claims) != nil {
		return nil, BadProof("Its format, key or signature is not valid.").WithCause(err)
	}
	if fault := d.judgeProof(claims, r.Method, path, token); fault != nil {
		return nil, fault
	}
	return &Proof{jkt, claims.JTI, time.Unix(*claims.IssuedAt, 0).Add(proofLife + Skew)}, nil
}

func (d *Proofs) judgeProof(c proofClaims, method, path, token string) *oauth.Error {
	now := d.Clock.Now().Unix()
	switch {
	case c.JTI == "" || len(c.JTI) > maxJTI:
		return BadProof("Its jti is missing or too long.")
	case c.Method != method:
		return BadProof("Its htm does not match the method of this request.")
	case !sameTarget(c.URL, d.URL(path)) && !sameTarget(c.URL, d.MutualURL(path)):
		return BadProof("Its htu does not match the URL of this request.")
	case c.IssuedAt == nil || *c.IssuedAt > now+int64(Skew/time.Second) || *c.IssuedAt <= now-int64(proofLife/time.Second):
		return BadProof("Its iat is missing, too old or in the future.")
	case token != "" && c.TokenHash != hashOf(token):
		return BadProof("Its ath does not match the access token.")
	case d.Nonces && !d.ourNonce(c.Nonce):
		return oauth.Refuse("use_dpop_nonce", "The DPoP proof must include the nonce from the DPoP-Nonce header.")
	}
	return nil
}

// BadProof refuses a DPoP proof (RFC 9449 section 5); why is a sentence for the client.
func BadProof(why string) *oauth.Error {
	return oauth.Refuse("invalid_dpop_proof", "The DPoP proof was rejected. "+why)
}

// hashOf returns ath.
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

// SpendProof remembers a proof until it is not accepted any more, and refuses one it remembers. Unlike
// codes and assertions it is remembered where it may be lost: docs/decisions/0010 says what that lets in.
// While Redis is away, the database remembers.
func (d *Proofs) SpendProof(ctx context.Context, proof *Proof) error {
	if proof == nil {
		return nil
	}
	err := d.Ephemeral.Add(ctx, "dpop:"+proof.JKT+":"+proof.JTI, proof.until.Sub(d.Clock.Now()))
	if errors.Is(err, storage.ErrSpent) {
		return BadProof("Its jti was already used.")
	}
	return err
}
