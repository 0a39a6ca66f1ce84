package durable_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
)

func TestRecoveryCodeUsedByManyStartsOneSession(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for _, code := range w.setCodes("a")[:rounds] {
			if won := w.winners(30, storage.ErrSpent, func(int) error { return w.signIn(w.byCode(code)) }); won != 1 {
				t.Fatalf("%d of 30 signed in with one code", won)
			}
		}
		if f := w.factors(); f.RecoveryCodes != 10-rounds || w.sessions() != 1+rounds {
			t.Fatalf("%d codes left, %d sessions", f.RecoveryCodes, w.sessions())
		}
	})
}

func TestTwoRecoveryCodesAtOnceBothWork(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		all := w.setCodes("a")
		for i := 0; i < len(all); i += 2 {
			if won := w.winners(2, nil, func(which int) error { return w.signIn(w.byCode(all[i+which])) }); won != 2 {
				t.Fatalf("%d of 2 codes worked", won)
			}
		}
	})
}

// L109: sign-ins by app, at the same time, must not write back what they read of the codes.
func TestSignInByAppNeverBringsBackAUsedCode(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.addTOTP(0)
		var step atomic.Int64
		for _, code := range w.setCodes("a")[:rounds] {
			var byCode atomic.Int64
			w.winners(20, storage.ErrSpent, func(i int) error {
				if i%2 == 0 {
					return w.signIn(w.byTOTP(step.Add(1)))
				}
				err := w.signIn(w.byCode(code))
				if err == nil {
					byCode.Add(1)
				}
				return err
			})
			if n := byCode.Load(); n != 1 {
				t.Fatalf("the code worked %d times", n)
			}
			w.is(w.signIn(w.byCode(code)), storage.ErrSpent)
		}
	})
}

func TestNewRecoveryCodesEndTheOldOnesWhoeverRaces(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		old := w.setCodes("old")
		for round := range rounds {
			set := string(rune('a' + round))
			var group sync.WaitGroup
			for _, code := range old[:5] {
				group.Go(func() {
					if err := w.signIn(w.byCode(code)); err != nil && !errors.Is(err, storage.ErrSpent) {
						t.Error(err)
					}
				})
			}
			fresh := w.setCodes(set)
			before := w.sessions()
			group.Wait()
			for _, code := range old {
				w.is(w.signIn(w.byCode(code)), storage.ErrSpent)
			}
			if w.sessions() != before || w.factors().RecoveryCodes != 10 {
				t.Fatalf("sessions %d then %d, %d codes left", before, w.sessions(), w.factors().RecoveryCodes)
			}
			old = fresh
		}
	})
}

func TestRecoveryCodesSetByManyLeaveOneWholeSet(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for range rounds {
			set := func(i int) string { return string(rune('a' + i)) }
			w.winners(8, nil, func(i int) error { return w.SetRecoveryCodes(w.ctx, w.user.ID, codes(set(i)), w.now) })
			if n := w.factors().RecoveryCodes; n != 10 {
				t.Fatalf("%d codes work", n)
			}
			won := w.winners(8, storage.ErrSpent, func(i int) error { return w.signIn(w.byCode(codes(set(i))[0])) })
			if won != 1 {
				t.Fatalf("codes of %d sets work", won)
			}
		}
	})
}
