package keys

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

func rotate(t *testing.T, r *Ring, alg string) KeyInfo {
	t.Helper()
	infos, err := r.Rotate(t.Context(), alg)
	if err != nil {
		t.Fatal(err)
	}
	if len(infos) != 1 {
		t.Fatalf("rotated to %d keys", len(infos))
	}
	return infos[0]
}

func load(t *testing.T, r *Ring) {
	t.Helper()
	if err := r.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestUnknownAlgorithmIsNotRotated(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		for _, alg := range []string{"HS256", "none", "rs256"} {
			if infos, err := newCluster(t, open(t)).ring().Rotate(t.Context(), alg); err == nil {
				t.Errorf("%s: %v", alg, infos)
			}
		}
	})
}

func TestRotationRightAfterTheFirstStartTakesEffectAtOnce(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		c := newCluster(t, open(t))
		r := c.node(t)
		before := sign(t, r, RS256)
		infos, err := r.Rotate(t.Context(), "")
		if err != nil || len(infos) != 2 {
			t.Fatalf("%v, %v", infos, err)
		}
		wantStates(t, r, RS256, Retiring, Signing, Next)
		wantStates(t, r, ES256, Retiring, Signing, Next)
		after := kidOf(t, r, sign(t, r, RS256))
		if after == kidOf(t, r, before) || after != infos[0].KID {
			t.Errorf("signs with %s, rotated to %v", after, infos)
		}
	})
}

func TestKeySignsOnlyWhenClientsHadTimeToFetchIt(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		c := newCluster(t, open(t))
		r := c.node(t)
		second := rotate(t, r, ES256)
		third := rotate(t, r, ES256)
		wantStates(t, r, ES256, Retiring, Signing, Next, Next)
		if wait := third.SignsFrom.Sub(third.CreatedAt); wait < publishAhead {
			t.Errorf("signs %v after it was published", wait)
		}
		if again := rotate(t, r, ES256); again != third {
			t.Errorf("rotating again changed %v to %v", third, again)
		}
		c.clock.advance(publishAhead)
		load(t, r)
		if kid := kidOf(t, r, sign(t, r, ES256)); kid != second.KID {
			t.Errorf("%s signs too early", kid)
		}
		c.clock.advance(settle)
		load(t, r)
		if kid := kidOf(t, r, sign(t, r, ES256)); kid != third.KID {
			t.Errorf("%s still signs", kid)
		}
		c.clock.advance(2 * publishAhead)
		if fourth := rotate(t, r, ES256); fourth.State != Signing || !fourth.SignsFrom.Equal(c.clock.now()) {
			t.Errorf("long published, yet %v", fourth)
		}
	})
}

func TestRetiredKeyVerifiesUntilItsLastTokenExpired(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		c := newCluster(t, open(t))
		r := c.node(t)
		token := sign(t, r, ES256)
		rotate(t, r, ES256)
		c.clock.advance(overlap - time.Millisecond)
		load(t, r)
		kid := kidOf(t, r, token)

		c.clock.advance(time.Millisecond)
		load(t, r)
		wantStates(t, r, ES256, Gone, Signing, Next)
		if _, _, err := r.Verify(token, "at+jwt"); !errors.Is(err, ErrToken) {
			t.Errorf("verified by a key that is gone: %v", err)
		}
		if jwks, _ := r.JWKS(); bytes.Contains(jwks, []byte(kid)) {
			t.Error("the key is still published")
		}
	})
}

// polled polls as Run does: a store that is too busy to say is asked again.
func polled(t *testing.T, r *Ring) error {
	for {
		if err := r.poll(t.Context()); !errors.Is(err, storage.ErrUnavailable) {
			return err
		}
	}
}

func TestRingsRotatingByAgeAtOnceRotateOnce(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		c := newCluster(t, open(t))
		rings := make([]*Ring, 8)
		for i := range rings {
			rings[i] = c.node(t)
		}
		c.clock.advance(rotateAfter - time.Millisecond)
		atOnce(t, rings, func(r *Ring) error { return polled(t, r) })
		wantStates(t, rings[0], ES256, Signing, Next)

		c.clock.advance(time.Millisecond)
		atOnce(t, rings, func(r *Ring) error { return polled(t, r) })
		for _, r := range rings {
			load(t, r)
			wantStates(t, r, RS256, Retiring, Signing, Next)
			wantStates(t, r, ES256, Retiring, Signing, Next)
		}
	})
}

func TestKeysLongGoneAreDropped(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		c := newCluster(t, open(t))
		r := c.node(t)
		first := kidOf(t, r, sign(t, r, ES256))
		rotate(t, r, ES256)
		if err := r.Revoke(t.Context(), kidOf(t, r, sign(t, r, ES256))); err != nil {
			t.Fatal(err)
		}
		for range 2 { // one poll per half of what is left
			c.clock.advance(overlap - time.Millisecond)
			if err := r.poll(t.Context()); err != nil {
				t.Fatal(err)
			}
			if rows, _ := c.store.SigningKeys(t.Context()); !hasKey(rows, first) {
				t.Fatal("dropped too early")
			}
		}
		c.clock.advance(time.Hour)
		if err := r.poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		load(t, r)
		wantStates(t, r, ES256, Signing, Next)
		wantStates(t, r, RS256, Signing, Next)
	})
}

func hasKey(rows []storage.SigningKey, kid string) bool {
	for _, row := range rows {
		if row.KID == kid {
			return true
		}
	}
	return false
}

func TestUnknownKeyIsNotRevoked(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		r := newCluster(t, open(t)).node(t)
		if err := r.Revoke(t.Context(), "nobody"); !errors.Is(err, storage.ErrNotFound) {
			t.Error(err)
		}
	})
}

func TestRevokedKeyLeavesEveryNode(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		c := newCluster(t, open(t))
		here, there := c.node(t), c.node(t)
		token := sign(t, here, RS256)
		kid := kidOf(t, there, token)
		if err := here.Revoke(t.Context(), kid); err != nil {
			t.Fatal(err)
		}
		if err := there.poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		for name, r := range map[string]*Ring{"here": here, "there": there} {
			if jwks, _ := r.JWKS(); bytes.Contains(jwks, []byte(kid)) {
				t.Errorf("%s: still published", name)
			}
			if _, _, err := r.Verify(token, "at+jwt"); !errors.Is(err, ErrToken) {
				t.Errorf("%s: its token: %v", name, err)
			}
			wantStates(t, r, RS256, Revoked, Signing, Next)
		}
		kidOf(t, here, sign(t, there, RS256))
	})
}

func TestSomeKeySignsHoweverManyAreRevoked(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		c := newCluster(t, open(t))
		r := c.node(t)
		for _, k := range r.List() {
			if err := c.store.RevokeSigningKey(t.Context(), k.KID, c.clock.now()); err != nil {
				t.Fatal(err)
			}
		}
		load(t, r)
		wantStates(t, r, RS256, Revoked, Revoked, Signing, Next)
		wantStates(t, r, ES256, Revoked, Revoked, Signing, Next)
		kidOf(t, r, sign(t, r, RS256))
	})
}

// What a node that died between two writes left behind, the next reading completes.
func TestRotationAndRevocationOutliveACrash(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		c := newCluster(t, open(t))
		r := c.node(t)
		next := lineOf(r.List(), ES256).next
		if err := c.store.PromoteSigningKey(t.Context(), next.KID, c.clock.now()); err != nil {
			t.Fatal(err)
		}
		load(t, r)
		wantStates(t, r, ES256, Retiring, Signing, Next)

		if err := c.store.RevokeSigningKey(t.Context(), next.KID, c.clock.now()); err != nil {
			t.Fatal(err)
		}
		load(t, r)
		wantStates(t, r, ES256, Retiring, Revoked, Signing, Next)
	})
}

// Every five seconds of twelve minutes each node reads the store once, at its own moment, while
// others sign, verify and rotate: no token, whichever node made it, is ever unknown to any node.
func TestEveryNodeVerifiesEveryTokenWhileKeysRotate(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		c := newCluster(t, open(t))
		nodes := []*Ring{c.node(t), c.node(t), c.node(t)}
		ctx, stop := context.WithCancel(t.Context())
		var traffic sync.WaitGroup
		for range 2 {
			traffic.Go(func() { signAndVerify(t, ctx, nodes) })
		}
		for step := range 144 {
			c.clock.advance(5 * time.Second)
			atOnce(t, nodes, func(r *Ring) error {
				if step%4 == 0 && r == nodes[step%len(nodes)] {
					if _, err := r.Rotate(t.Context(), ES256); err != nil {
						return err
					}
				}
				return r.poll(t.Context())
			})
		}
		stop()
		traffic.Wait()
		if got := len(states(nodes[0], ES256)); got < 4 {
			t.Errorf("rotated too little to prove anything: %d keys", got)
		}
	})
}

func signAndVerify(t *testing.T, ctx context.Context, nodes []*Ring) {
	for ctx.Err() == nil {
		token, err := nodes[rand.IntN(len(nodes))].Sign(t.Context(), ES256, "at+jwt", claims{"u_1"})
		if err != nil {
			t.Error(err)
			return
		}
		for i, r := range nodes {
			if _, _, err := r.Verify(token, "at+jwt"); err != nil {
				t.Errorf("node %d: %v", i, err)
				return
			}
		}
	}
}

func TestIdlePollIsOneReadAndNoWrite(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		db := open(t)
		r := newCluster(t, db).node(t)
		before := db.Stats()
		if err := r.poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		token := sign(t, r, ES256)
		kidOf(t, r, token)
		after := db.Stats()
		if reads, writes := after.Statements-before.Statements, after.Writes-before.Writes; reads != 1 || writes != 0 {
			t.Errorf("%d statements, %d writes", reads, writes)
		}
	})
}
