package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"net/url"
	"time"
)

// holder is a caller with a key that its tokens are bound to (RFC 9449).
type holder struct {
	key    *ecdsa.PrivateKey
	header string
}

func newHolder() (*holder, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	point, err := key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		return nil, err
	}
	header, err := json.Marshal(map[string]any{"typ": "dpop+jwt", "alg": "ES256",
		"jwk": map[string]string{"kty": "EC", "crv": "P-256", "x": encode(point[1:33]), "y": encode(point[33:])}})
	return &holder{key, encode(header)}, err
}

// proof is a fresh one for a POST to url.
func (h *holder) proof(url string) (string, error) {
	claims, err := json.Marshal(map[string]any{"jti": rand.Text(), "htm": "POST", "htu": url, "iat": time.Now().Unix()})
	if err != nil {
		return "", err
	}
	signed := h.header + "." + encode(claims)
	digest := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, h.key, digest[:])
	if err != nil {
		return "", err
	}
	return signed + "." + encode(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)), nil
}

// proving gets tokens as an agent, each bound to a key by a proof of its own.
func proving(of func(*target) credentials) preparation {
	return func(t *target, callers, _ int) (func(int) error, error) {
		holders := make([]*holder, callers)
		for i := range holders {
			var err error
			if holders[i], err = newHolder(); err != nil {
				return nil, err
			}
		}
		return func(caller int) error {
			proof, err := holders[caller].proof(t.url + "/token")
			if err != nil {
				return err
			}
			var got tokens
			return t.post("/token", url.Values{"grant_type": {"client_credentials"}}, of(t), "DPoP", proof).read(&got)
		}, nil
	}
}
