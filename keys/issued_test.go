package keys

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

func TestTokenOfAnotherIssuerIsRefused(t *testing.T) {
	ours, theirs := clients(t)["ES256"], clients(t)["ES256"]
	published := set(t, jose.JSONWebKey{Key: ours.Public(), KeyID: "k", Algorithm: "ES256", Use: "sig"})
	named := func(key any, kid string) string {
		return signed(t, "ES256", jose.JSONWebKey{Key: key, KeyID: kid}, nil)
	}
	good := named(ours, "k")
	for what, token := range map[string]string{
		"another key":             named(theirs, "k"),
		"a key that is not named": named(ours, "other"),
		"none":                    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjIn0.",
		"a changed signature":     good[:len(good)-6] + "AAAAAA",
		"no token":                "opaque",
	} {
		if _, _, err := VerifyIssued(published, token); !errors.Is(err, ErrToken) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, _, err := VerifyIssued([]byte("<html>"), good); !errors.Is(err, ErrToken) {
		t.Errorf("no JWK Set: %v", err)
	}
}

func TestTokenIsVerifiedByPublishedKeysWhateverElseIsPublished(t *testing.T) {
	for alg, key := range clients(t) {
		body := string(set(t, jose.JSONWebKey{Key: clients(t)[alg].Public(), KeyID: "old"}, jose.JSONWebKey{Key: key.Public(), KeyID: "k"}))
		body = strings.Replace(body, `"keys":[`, `"keys":[{"kty":"AKP","alg":"ML-DSA-65","pub":"x"},`, 1)
		token := signed(t, alg, jose.JSONWebKey{Key: key, KeyID: "k"}, (&jose.SignerOptions{}).WithType("at+jwt"))
		claims, header, err := VerifyIssued([]byte(body), token)
		if err != nil || string(claims) != `{"sub":"c"}` || header != (Header{alg, "k", "at+jwt"}) {
			t.Errorf("%s: %s %+v %v", alg, claims, header, err)
		}
	}
}
