package keys

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

const p256Size = 32

// Sign makes a compact JWS (RFC 7515) of claims, marshalled as JSON, with the algorithm's signing
// key. typ names the kind of token (at+jwt, JWT …) and must be a constant; "" leaves it out, and makes what Verify
// never takes. Without a key the error
// is storage.ErrUnavailable; the first token of an algorithm that is not standard makes its keys.
func (r *Ring) Sign(ctx context.Context, alg, typ string, claims any) (string, error) {
	k := r.state.Load().signing[alg]
	if k == nil {
		var err error
		if k, err = r.begin(ctx, alg); err != nil {
			return "", fmt.Errorf("sign: %w", err)
		}
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	// A signature costs more than all the rest of a request: none for callers who have disconnected.
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return k.sign(typ, payload)
}

// begin makes the first keys of an algorithm that is not standard, and waits until all nodes publish
// them: no one could verify what was signed before.
func (r *Ring) begin(ctx context.Context, alg string) (*key, error) {
	if !slices.Contains(algorithms(), alg) || r.Ready() != nil {
		return nil, fmt.Errorf("no %q key is loaded: %w", alg, storage.ErrUnavailable)
	}
	for {
		from, err := r.beginning(ctx, alg)
		if err != nil {
			return nil, err
		}
		if k := r.state.Load().signing[alg]; k != nil {
			return k, nil
		}
		select {
		case <-time.After(from.Sub(r.opt.Clock.Now())):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Begin makes the first keys of those algorithms that have none, so that they can sign by the time the
// first token asks for it. It does not wait for that. The standard algorithms always have keys.
func (r *Ring) Begin(ctx context.Context, algs ...string) error {
	for _, alg := range algs {
		if slices.Contains(standard(), alg) || !slices.Contains(algorithms(), alg) || lineOf(r.state.Load().infos, alg).serial > 0 {
			continue
		}
		if _, err := r.beginning(ctx, alg); err != nil {
			return fmt.Errorf("begin %s: %w", alg, err)
		}
	}
	return nil
}

// BeginFor begins the keys that tokens for a client are signed with. A failure is only logged: the first
// token begins them again.
func (r *Ring) BeginFor(ctx context.Context, c storage.Client) {
	if err := r.Begin(ctx, c.SigningAlgs()...); err != nil {
		r.opt.Log.Warn("the keys of an algorithm are made with its first token", "error", err)
	}
}

// beginning makes sure that the algorithm has its keys, and returns when the first one signs.
func (r *Ring) beginning(ctx context.Context, alg string) (time.Time, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.load(ctx, alg); err != nil {
		return time.Time{}, err
	}
	l := lineOf(r.state.Load().infos, alg)
	if l.signing.KID == "" && l.next.KID == "" {
		return time.Time{}, fmt.Errorf("no %q key could be made: %w", alg, storage.ErrUnavailable)
	}
	return l.next.SignsFrom, nil
}

func (k *key) sign(typ string, payload []byte) (string, error) {
	b64, header := base64.RawURLEncoding, k.header(typ)
	size := len(header) + 1 + b64.EncodedLen(len(payload)) + 1 + b64.EncodedLen(k.signatureSize())
	token := make([]byte, 0, size)
	token = append(append(token, header...), '.')
	token = b64.AppendEncode(token, payload)
	signature, err := k.signature(k.digest(token))
	if err != nil {
		return "", fmt.Errorf("sign with %s: %w", k.kid, err)
	}
	return string(b64.AppendEncode(append(token, '.'), signature)), nil
}

// header is the encoded JOSE header, made once per key and type.
func (k *key) header(typ string) string {
	if h, ok := k.headers.Load(typ); ok {
		return h.(string)
	}
	header := map[string]string{"alg": k.alg, "kid": k.kid}
	if typ != "" {
		header["typ"] = typ
	}
	members, err := json.Marshal(header)
	if err != nil {
		panic(err) // strings always marshal
	}
	encoded := base64.RawURLEncoding.EncodeToString(members)
	k.headers.Store(typ, encoded)
	return encoded
}

func (k *key) signatureSize() int {
	switch {
	case k.rsa != nil:
		return k.rsa.Size()
	case k.ed != nil:
		return ed25519.SignatureSize
	}
	return 2 * p256Size
}

// digest is what is signed for a text; Ed25519 takes the text itself.
func (k *key) digest(text []byte) []byte {
	if k.ed != nil {
		return text
	}
	sum := sha256.Sum256(text)
	return sum[:]
}

func (k *key) signature(digest []byte) ([]byte, error) {
	switch k.alg {
	case RS256:
		return k.signer.Sign(nil, digest, crypto.SHA256)
	case PS256:
		return k.signer.Sign(rand.Reader, digest, pss)
	case EdDSA:
		return ed25519.Sign(k.ed, digest), nil
	}
	r, s, err := ecdsa.Sign(rand.Reader, k.ec, digest)
	if err != nil {
		return nil, err
	}
	// (r, s) and (r, n-s) are both valid. We make the lower one and Verify takes no other, so that
	// a token has one spelling.
	if !isLow(s, k.ec) {
		s.Sub(k.ec.Params().N, s)
	}
	signature := make([]byte, 2*p256Size) // r || s, RFC 7518 section 3.4
	r.FillBytes(signature[:p256Size])
	s.FillBytes(signature[p256Size:])
	return signature, nil
}

func isLow(s *big.Int, k *ecdsa.PrivateKey) bool {
	n := k.Params().N
	return new(big.Int).Lsh(s, 1).Cmp(n) < 0
}
