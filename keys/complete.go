package keys

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// line is what matters of an algorithm's keys when something is to change.
type line struct {
	signing, next KeyInfo // next: the one under way to signing, else the one that waits
	waiting       bool    // there is a next key that is not scheduled
	serial        int64   // the last one used
}

func lineOf(infos []KeyInfo, alg string) line {
	var l line
	for _, k := range infos {
		if k.Alg != alg {
			continue
		}
		l.serial = max(l.serial, k.Serial)
		switch {
		case k.State == Signing:
			l.signing = k
		case k.State == Next:
			l.waiting = l.waiting || !k.scheduled()
			if l.next.KID == "" {
				l.next = k
			}
		}
	}
	return l
}

// inUse are the standard algorithms, and the others that have keys.
func inUse(infos []KeyInfo) []string {
	return slices.DeleteFunc(algorithms(), func(alg string) bool {
		return !slices.Contains(standard(), alg) && !slices.ContainsFunc(infos, func(k KeyInfo) bool { return k.Alg == alg })
	})
}

// complete writes what a complete ring lacks, one thing per algorithm, and reports whether it wrote:
// then the store has to be read again. It makes the first keys, the next key after a rotation, and
// records that a next key stands in for a revoked one.
func (r *Ring) complete(ctx context.Context, infos []KeyInfo, now time.Time, begin ...string) (wrote bool, err error) {
	for _, alg := range append(inUse(infos), begin...) {
		l := lineOf(infos, alg)
		switch {
		case l.signing.KID == "" && l.next.KID == "":
			err = r.add(ctx, alg, l.serial+1, r.begins(alg, now))
		case l.signing.KID != "" && (!l.signing.scheduled() || l.signing.SignsFrom.After(now)):
			err = r.promote(ctx, l.signing.KID, now)
		case !l.waiting:
			err = r.add(ctx, alg, l.serial+1, unscheduled())
		default:
			continue
		}
		if err != nil {
			return wrote, err
		}
		wrote = true
	}
	return wrote, nil
}

// begins is when the first key of an algorithm signs. The standard ones are made before any JWKS is
// served; every other has to be in that of each node first.
func (r *Ring) begins(alg string, now time.Time) time.Time {
	if slices.Contains(standard(), alg) {
		return now
	}
	return now.Add(r.opt.Spread)
}

// add stores a fresh key. That another node was quicker is as good: its key is the one of that serial.
func (r *Ring) add(ctx context.Context, alg string, serial int64, signsFrom time.Time) error {
	k, err := generate(alg, r.sealer)
	if err != nil {
		return fmt.Errorf("make %s key: %w", alg, err)
	}
	k.Serial, k.CreatedAt, k.SignsFrom = serial, r.opt.Clock.Now(), signsFrom
	if err := r.store.AddSigningKey(ctx, k); err != nil && !errors.Is(err, storage.ErrExists) {
		return fmt.Errorf("add signing key: %w", err)
	}
	return nil
}

// promote schedules a key. That another node has done so, for an earlier time, is as good.
func (r *Ring) promote(ctx context.Context, kid string, from time.Time) error {
	if err := r.store.PromoteSigningKey(ctx, kid, from); err != nil {
		return fmt.Errorf("promote signing key: %w", err)
	}
	return nil
}
