package keys

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

func TestEmptyRingSignsAndVerifiesNothing(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		c := newCluster(t, open(t))
		token, empty := sign(t, c.node(t), ES256), c.ring()
		if err := empty.Ready(); !errors.Is(err, storage.ErrUnavailable) {
			t.Errorf("ready: %v", err)
		}
		if _, err := empty.Sign(t.Context(), ES256, "JWT", claims{}); !errors.Is(err, storage.ErrUnavailable) {
			t.Errorf("sign: %v", err)
		}
		if _, _, err := empty.Verify(token, "at+jwt"); !errors.Is(err, ErrToken) {
			t.Errorf("verify: %v", err)
		}
	})
}

func TestRingsStartingAtOnceMakeOneSigningAndOneNextKey(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		c := newCluster(t, open(t))
		rings := make([]*Ring, 8)
		for i := range rings {
			rings[i] = c.ring()
		}
		atOnce(t, rings, func(r *Ring) error { return r.Load(t.Context()) })
		for _, r := range rings {
			wantStates(t, r, RS256, Signing, Next)
			wantStates(t, r, ES256, Signing, Next)
			if !slices.Equal(r.List(), rings[0].List()) {
				t.Error("two nodes know different keys")
			}
		}
	})
}

func TestKeyThatIsNotTheSealedOneIsRefused(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		for name, forge := range map[string]func(own, other *storage.SigningKey, s *Sealer){
			"changed":             func(own, _ *storage.SigningKey, _ *Sealer) { own.Sealed[len(own.Sealed)/2] ^= 1 },
			"cut":                 func(own, _ *storage.SigningKey, _ *Sealer) { own.Sealed = own.Sealed[:20] },
			"empty":               func(own, _ *storage.SigningKey, _ *Sealer) { own.Sealed = []byte{} },
			"another key's":       func(own, other *storage.SigningKey, _ *Sealer) { own.Sealed = other.Sealed },
			"another algorithm's": func(own, _ *storage.SigningKey, _ *Sealer) { own.Alg = RS256 },
			"another kid's":       func(own, other *storage.SigningKey, _ *Sealer) { own.KID = other.KID },
			"resealed, another key": func(own, other *storage.SigningKey, s *Sealer) {
				der, err := s.Open(sealedAs(other.Alg, other.KID), other.Sealed)
				if err != nil {
					t.Fatal(err)
				}
				own.Sealed = s.Seal(sealedAs(own.Alg, own.KID), der)
			},
			"unsealed": func(own, _ *storage.SigningKey, s *Sealer) {
				own.Sealed, _ = s.Open(sealedAs(own.Alg, own.KID), own.Sealed)
			},
		} {
			c := newCluster(t, open(t))
			own, other := newRow(t, c), newRow(t, c)
			forge(&own, &other, c.sealer)
			if err := c.store.AddSigningKey(t.Context(), own); err != nil {
				t.Fatal(err)
			}
			if err := c.ring().Load(t.Context()); !errors.Is(err, ErrSealed) {
				t.Errorf("%s: loaded with %v", name, err)
			}
		}
	})
}

func newRow(t *testing.T, c cluster) storage.SigningKey {
	t.Helper()
	row, err := generate(ES256, c.sealer)
	if err != nil {
		t.Fatal(err)
	}
	row.Serial, row.CreatedAt, row.SignsFrom = 1, c.clock.now(), c.clock.now()
	return row
}

func TestKeysUnderADroppedSecretAreNamedWithTheRemedy(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		older, newer := newSecret(), newSecret()
		c := newCluster(t, open(t))
		c.sealer = newSealer(t, older)
		token := sign(t, c.node(t), RS256)

		c.sealer = newSealer(t, newer)
		err := c.ring().Load(t.Context())
		if !errors.Is(err, ErrSealed) || !strings.Contains(err.Error(), "symbolon keys revoke ") {
			t.Errorf("without the older secret: %v", err)
		}

		c.sealer = newSealer(t, newer, older)
		kidOf(t, c.node(t), token)
	})
}

func TestKeysThatCannotBeOpenedCanBeGivenUp(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		c := newCluster(t, open(t))
		lost := c.node(t).List()
		c.sealer = newSealer(t)
		r := c.ring()
		for i, k := range lost {
			if err := r.Revoke(t.Context(), k.KID); (err == nil) != (i == len(lost)-1) {
				t.Errorf("revoke %d of %d: %v", i+1, len(lost), err)
			}
		}
		kidOf(t, c.node(t), sign(t, r, RS256))
	})
}

// outage is a store that can be taken away, as by a network.
type outage struct {
	Store
	down atomic.Bool
}

func (o *outage) SigningKeys(ctx context.Context) ([]storage.SigningKey, error) {
	if o.down.Load() {
		return nil, storage.ErrUnavailable
	}
	return o.Store.SigningKeys(ctx)
}

func TestRingGoesOnWhileTheStoreIsDown(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		var log bytes.Buffer
		db := &outage{Store: open(t)}
		c := newCluster(t, db)
		c.log = slog.New(slog.NewTextHandler(&log, nil))
		r := c.node(t)
		jwks, _ := r.JWKS()
		db.down.Store(true)
		ticks, done := make(chan time.Time), make(chan struct{})
		ctx, stop := context.WithCancel(t.Context())
		go func() { r.follow(ctx, ticks); close(done) }()
		for range 4 { // the fourth is taken when the third has been dealt with
			ticks <- time.Time{}
		}
		stop()
		<-done

		if n := strings.Count(log.String(), "level=ERROR"); n != 1 {
			t.Errorf("logged %d times:\n%s", n, &log)
		}
		if after, _ := r.JWKS(); !bytes.Equal(after, jwks) || r.Ready() != nil {
			t.Error("the ring lost its keys")
		}
		kidOf(t, r, sign(t, r, RS256))
	})
}

// A node with another secret adds a key that the others cannot open: they go on, and still obey.
func TestStrangeKeyDoesNotHoldUpARevocation(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		c := newCluster(t, open(t))
		r := c.node(t)
		stranger := c
		stranger.sealer = newSealer(t)
		row := newRow(t, stranger)
		row.Serial = 3
		if err := c.store.AddSigningKey(t.Context(), row); err != nil {
			t.Fatal(err)
		}
		if err := r.Load(t.Context()); !errors.Is(err, ErrSealed) {
			t.Fatalf("the strange key went unnoticed: %v", err)
		}
		token := sign(t, r, ES256)
		if err := c.store.RevokeSigningKey(t.Context(), kidOf(t, r, token), c.clock.now()); err != nil {
			t.Fatal(err)
		}
		if err := r.Load(t.Context()); !errors.Is(err, ErrSealed) {
			t.Fatalf("the strange key went unnoticed: %v", err)
		}
		if _, _, err := r.Verify(token, "at+jwt"); !errors.Is(err, ErrToken) {
			t.Errorf("the revoked key's token: %v", err)
		}
		kidOf(t, r, sign(t, r, ES256))
	})
}
