package keys

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// settle is what nodes may lag behind a write to the store: one poll, and their clocks.
const settle = 10 * time.Second

// Rotate makes the next key of an algorithm ("" is all of them) the signing one and adds a new next
// key. It signs at once if clients have had the time to fetch it, else as soon as they have; until
// then rotating again changes nothing. The keys returned sign now or from their SignsFrom on.
func (r *Ring) Rotate(ctx context.Context, alg string) ([]KeyInfo, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.load(ctx); err != nil {
		return nil, err
	}
	algs := inUse(r.state.Load().infos)
	if alg != "" && !slices.Contains(algs, alg) {
		return nil, fmt.Errorf("no keys of algorithm %q; there are %q", alg, algs)
	}
	if alg != "" {
		algs = []string{alg}
	}
	kids, err := r.rotate(ctx, algs)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(r.List(), func(k KeyInfo) bool { return !slices.Contains(kids, k.KID) }), nil
}

func (r *Ring) rotateAged(ctx context.Context) error {
	infos := r.state.Load().infos
	aged := slices.DeleteFunc(inUse(infos), func(alg string) bool {
		l := lineOf(infos, alg)
		return l.next.scheduled() || r.opt.Clock.Now().Sub(l.signing.SignsFrom) < r.opt.RotateAfter
	})
	if len(aged) == 0 {
		return nil
	}
	kids, err := r.rotate(ctx, aged)
	if err != nil {
		return fmt.Errorf("rotate by age: %w", err)
	}
	r.opt.Log.Info("signing keys replaced by age", "kids", kids)
	return nil
}

// rotate promotes the next key of each algorithm as it stands in the ring just loaded. Nodes that
// do so at once name the same key, and the store promotes a key once; of the new next keys they
// add, the serial lets one in.
func (r *Ring) rotate(ctx context.Context, algs []string) (kids []string, err error) {
	for _, alg := range algs {
		next := lineOf(r.state.Load().infos, alg).next
		if !next.scheduled() {
			if err := r.promote(ctx, next.KID, r.signsFrom(next)); err != nil {
				return nil, err
			}
		}
		kids = append(kids, next.KID)
	}
	return kids, r.load(ctx)
}

// signsFrom is when a next key may begin to sign: never before every node has it in its ring and
// every client that caches the JWKS has seen it. A key that waited that long begins now, without
// the nodes agreeing on a moment: all of them verify with it already, and a node that is late to hear
// of the promotion signs with the old key, which retires only after Overlap. The first two keys of
// an algorithm are made before any JWKS is served, so no one can have seen one without the other.
func (r *Ring) signsFrom(next KeyInfo) time.Time {
	now := r.opt.Clock.Now()
	ready := next.CreatedAt.Add(r.opt.PublishAhead + settle)
	if next.Serial <= 2 || ready.Before(now) {
		return now
	}
	return ready
}

// Revoke takes a key out of every node's JWKS, and makes what it signed worthless, within about a
// second; the next key signs at once in its place. It works on a ring that does not load, so that
// a key that cannot be opened can be given up. storage.ErrNotFound: there is no such key.
func (r *Ring) Revoke(ctx context.Context, kid string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.store.RevokeSigningKey(ctx, kid, r.opt.Clock.Now()); err != nil {
		return fmt.Errorf("revoke signing key: %w", err)
	}
	if err := r.load(ctx); err != nil {
		return notReloaded{kid, err}
	}
	return nil
}

// drop deletes what left the JWKS more than another Overlap ago, oldest first: a key's place follows
// from its successor's times, so no row may go before those it retired.
func (r *Ring) drop(ctx context.Context) error {
	now, infos := r.opt.Clock.Now(), r.state.Load().infos
	var kids []string
	kept := map[string]bool{}
	for _, k := range infos {
		over := !k.published() && !now.Before(k.GoneAt.Add(r.opt.Overlap))
		if over && (!kept[k.Alg] || !k.scheduled()) {
			kids = append(kids, k.KID)
			continue
		}
		kept[k.Alg] = true
	}
	if len(kids) == 0 {
		return nil
	}
	if err := r.store.DropSigningKeys(ctx, now.Add(-r.opt.Overlap), kids); err != nil {
		return fmt.Errorf("drop signing keys: %w", err)
	}
	return nil
}
