package keys

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/symbolon-id/symbolon/storage"
)

func TestAlgorithmsThatWeDoNotSignWithAreRefused(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		r := newCluster(t, open(t)).node(t)
		for _, alg := range []string{"", "none", "HS256", "RS512", "ES384", "eddsa"} {
			if _, err := r.Sign(t.Context(), alg, "at+jwt", claims{}); !errors.Is(err, storage.ErrUnavailable) {
				t.Errorf("%q: %v", alg, err)
			}
			if _, err := r.Rotate(t.Context(), alg); alg != "" && err == nil {
				t.Errorf("%q is rotated", alg)
			}
		}
		for _, alg := range []string{PS256, EdDSA} {
			wantStates(t, r, alg)
		}
	})
}

// No one sees a key of an algorithm that was not asked for; the first token makes it.
func TestFirstTokenOfAnAlgorithmMakesItsKeys(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		c := newCluster(t, open(t))
		r, other := c.node(t), c.node(t)
		for _, alg := range []string{PS256, EdDSA} {
			wantStates(t, r, alg)
			if slices.ContainsFunc(published(t, r).Keys, func(k jose.JSONWebKey) bool { return k.Algorithm == alg }) {
				t.Errorf("a key of %s is published", alg)
			}
			token := sign(t, r, alg)
			wantStates(t, r, alg, Signing, Next)
			if set := published(t, r); len(set.Key(kidOf(t, r, token))) != 1 {
				t.Errorf("the key of %s is not published", alg)
			}
			if err := other.Load(t.Context()); err != nil {
				t.Fatal(err)
			}
			kidOf(t, other, token)
			kidOf(t, c.node(t), token)
		}
	})
}

func TestNodesThatBeginAtOnceMakeOneSigningAndOneNextKey(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		c := newCluster(t, open(t))
		rings := make([]*Ring, 6)
		for i := range rings {
			rings[i] = c.node(t)
		}
		atOnce(t, append(rings, rings...), func(r *Ring) error {
			_, err := r.Sign(t.Context(), EdDSA, "at+jwt", claims{})
			return err
		})
		for _, r := range rings {
			if err := r.Load(t.Context()); err != nil {
				t.Fatal(err)
			}
			wantStates(t, r, EdDSA, Signing, Next)
		}
	})
}

func TestBegunAlgorithmsRotateLikeTheOthers(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		c := newCluster(t, open(t))
		r := c.node(t)
		if _, err := r.Rotate(t.Context(), PS256); err == nil {
			t.Error("rotated before it has keys")
		}
		old := sign(t, r, PS256)
		infos, err := r.Rotate(t.Context(), "")
		if err != nil || len(infos) != 3 { // RS256, ES256, PS256
			t.Fatalf("%v, %v", infos, err)
		}
		wantStates(t, r, PS256, Retiring, Signing, Next)
		kidOf(t, r, old)
		if err := r.Revoke(t.Context(), kidOf(t, r, sign(t, r, PS256))); err != nil {
			t.Fatal(err)
		}
		wantStates(t, r, PS256, Retiring, Revoked, Signing, Next)
		c.clock.advance(overlap + time.Minute)
		if err := r.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, _, err := r.Verify(old, "at+jwt"); !errors.Is(err, ErrToken) {
			t.Errorf("what a retired key signed verifies: %v", err)
		}
	})
}

// An attacker who can write the database cannot make an RSA key sign by its other algorithm.
func TestRSAKeyIsOfTheAlgorithmItWasMadeFor(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		for from, to := range map[string]string{RS256: PS256, PS256: RS256, EdDSA: ES256, ES256: EdDSA} {
			c := newCluster(t, open(t))
			row, err := generate(from, c.sealer)
			if err != nil {
				t.Fatal(err)
			}
			row.Alg, row.Serial, row.CreatedAt, row.SignsFrom = to, 1, c.clock.now(), c.clock.now()
			if err := c.store.AddSigningKey(t.Context(), row); err != nil {
				t.Fatal(err)
			}
			if err := c.ring().Load(t.Context()); !errors.Is(err, ErrSealed) {
				t.Errorf("%s as %s: loaded with %v", from, to, err)
			}
		}
	})
}

func TestEd25519KeySurvivesItsSealing(t *testing.T) {
	sealer := newSealer(t)
	row, err := generate(EdDSA, sealer)
	if err != nil {
		t.Fatal(err)
	}
	k, err := open(row, sealer)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(k.ed)
	if err != nil || len(k.ed) != ed25519.PrivateKeySize || len(der) == 0 || k.kid != row.KID {
		t.Errorf("%+v, %v", row, err)
	}
}

func BenchmarkSignPS256(b *testing.B) { benchmarkSign(b, PS256) }
func BenchmarkSignEdDSA(b *testing.B) { benchmarkSign(b, EdDSA) }

// A token that another node is asked to verify, or a client by that node's JWKS, is signed by a key that is
// there: a node that polls in time has it before it signs.
func TestNoKeySignsBeforeEveryNodePublishesIt(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		c := newCluster(t, open(t))
		c.spread = time.Second
		r, other := c.node(t), c.node(t)
		for _, alg := range []string{PS256, EdDSA} {
			if err := r.Begin(t.Context(), alg, ES256, "none"); err != nil {
				t.Fatal(err)
			}
			early, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			if _, err := r.Sign(early, alg, "at+jwt", claims{}); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: signed at once: %v", alg, err)
			}
			cancel()
			wantStates(t, r, alg, Next, Next)
			if err := other.Load(t.Context()); err != nil { // its poll
				t.Fatal(err)
			}
			wantStates(t, other, alg, Next, Next)
			c.clock.advance(c.spread)
			for from, to := range map[*Ring]*Ring{r: other, other: r} {
				token := sign(t, from, alg)
				set := published(t, to)
				if kid := kidOf(t, to, token); len(set.Key(kid)) != 1 {
					t.Errorf("%s: %s is not published", alg, kid)
				}
			}
		}
	})
}
