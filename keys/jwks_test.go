package keys

import (
	"bytes"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"slices"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

func TestJWKSHoldsWhatClientsNeedAndNothingPrivate(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		r := newCluster(t, open(t)).node(t)
		body, _ := r.JWKS()
		var set struct{ Keys []map[string]string }
		if err := json.Unmarshal(body, &set); err != nil {
			t.Fatal(err)
		}
		members := map[string][]string{"RSA": {"alg", "e", "kid", "kty", "n", "use"}, "EC": {"alg", "crv", "kid", "kty", "use", "x", "y"}}
		kids := map[string]bool{}
		for _, k := range set.Keys {
			var names []string
			for name := range k {
				names = append(names, name)
			}
			slices.Sort(names)
			if !slices.Equal(names, members[k["kty"]]) {
				t.Errorf("a %s key of %v", k["kty"], names)
			}
			kids[k["kid"]] = true
		}
		if len(set.Keys) != 4 || len(kids) != 4 {
			t.Errorf("%d keys with %d kids; a signing and a next key of two algorithms were expected", len(set.Keys), len(kids))
		}
		if set.Keys[0]["kid"] != kidOf(t, r, sign(t, r, RS256)) {
			t.Error("the first key is not the one that signs with RS256")
		}
	})
}

func TestKidIsTheThumbprint(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		for _, k := range published(t, newCluster(t, open(t)).node(t)).Keys {
			thumbprint, err := k.Thumbprint(crypto.SHA256)
			if err != nil || k.KeyID != base64.RawURLEncoding.EncodeToString(thumbprint) {
				t.Errorf("%s: %v", k.KeyID, err)
			}
		}
	})
}

func TestJWKSChangesOnlyWithTheKeys(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		c := newCluster(t, open(t))
		r, other := c.node(t), c.node(t)
		body, etag := r.JWKS()
		load(t, r)
		same, sameTag := r.JWKS()
		if &same[0] != &body[0] || sameTag != etag {
			t.Error("prepared again without a change")
		}
		if there, thereTag := other.JWKS(); !bytes.Equal(there, body) || thereTag != etag {
			t.Error("another node serves another JWKS")
		}
		rotate(t, r, RS256)
		if _, changed := r.JWKS(); changed == etag {
			t.Error("same entity tag after a rotation")
		}
	})
}

// A client's view: the JWKS as served and go-jose, none of our code.
func TestTokensVerifyWithThePublishedKeys(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		r := newCluster(t, open(t)).node(t)
		for _, alg := range r.Algorithms() {
			sign(t, r, alg) // makes the keys of an algorithm that is not standard
			set := published(t, r)
			for range 20 {
				jws, err := jose.ParseSignedCompact(sign(t, r, alg), []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
				if err != nil {
					t.Fatal(err)
				}
				header := jws.Signatures[0].Protected
				payload, err := jws.Verify(set.Key(header.KeyID)[0])
				if err != nil || string(payload) != `{"sub":"u_1"}` {
					t.Fatalf("%s: %s, %v", alg, payload, err)
				}
				if header.Algorithm != alg || header.ExtraHeaders[jose.HeaderType] != "at+jwt" {
					t.Errorf("%s: header %+v", alg, header)
				}
			}
		}
	})
}

func published(t testing.TB, r *Ring) jose.JSONWebKeySet {
	t.Helper()
	body, _ := r.JWKS()
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(body, &set); err != nil {
		t.Fatal(err)
	}
	return set
}
