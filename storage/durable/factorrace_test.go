package durable_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
)

func TestTimeStepUsedByManyStartsOneSession(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.addTOTP(0)
		for step := int64(1); step <= rounds; step++ {
			if won := w.winners(30, storage.ErrSpent, func(int) error { return w.signIn(w.byTOTP(step)) }); won != 1 {
				t.Fatalf("%d of 30 signed in by step %d", won, step)
			}
		}
		if n := w.sessions(); n != 1+rounds {
			t.Fatalf("%d sessions after %d steps", n, rounds)
		}
	})
}

func TestTwoTimeStepsBothSucceedOnlyInOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.addTOTP(0)
		for step := int64(10); step < 10+2*rounds; step += 2 {
			var early, late atomic.Int64
			w.winners(20, storage.ErrSpent, func(i int) error {
				err := w.signIn(w.byTOTP(step + int64(i%2)))
				if err == nil && i%2 == 0 {
					early.Add(1)
				} else if err == nil {
					late.Add(1)
				}
				return err
			})
			if early.Load() > 1 || late.Load() != 1 {
				t.Fatalf("the earlier step signed in %d times, the later %d", early.Load(), late.Load())
			}
			w.is(w.signIn(w.byTOTP(step)), storage.ErrSpent)
		}
	})
}

func TestPasskeyUsedByManyWithOneCounterStartsOneSession(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		p := w.addPasskey(0)
		for count := uint32(1); count <= rounds; count++ {
			if won := w.winners(16, storage.ErrSpent, func(int) error { return w.signIn(w.byPasskey(p, count)) }); won != 1 {
				t.Fatalf("%d of 16 signed in with counter %d", won, count)
			}
		}
	})
}

func TestCredentialEnrolledByManyIsOnes(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		users := []storage.User{w.user, w.newUser()}
		for range rounds {
			credential := w.newPasskey(0).CredentialID
			won := w.winners(16, storage.ErrExists, func(i int) error {
				p := w.newPasskey(0)
				p.CredentialID, p.UserID = credential, users[i%2].ID
				return w.AddPasskey(w.ctx, p, w.once())
			})
			if won != 1 {
				t.Fatalf("%d of 16 enrolled it", won)
			}
		}
	})
}

func TestNoSignInByAPasskeyThatIsDropped(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for range rounds {
			p := w.addPasskey(0)
			var group sync.WaitGroup
			for range 8 {
				group.Go(func() {
					for {
						if err := w.signIn(w.byPasskey(p, 0)); err != nil {
							if !errors.Is(err, storage.ErrSpent) {
								t.Error(err)
							}
							return
						}
					}
				})
			}
			w.ok(w.DropPasskey(w.ctx, w.user.ID, p.ID))
			before := w.sessions()
			group.Wait()
			if after := w.sessions(); after != before {
				t.Fatalf("%d sessions began after the passkey was dropped", after-before)
			}
		}
	})
}

func TestFactorsDroppedAtOnceNeverLeaveNone(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.Keep = storage.KeepFactor
		for range rounds {
			p := w.addPasskey(0)
			if !w.factors().TOTP {
				w.addTOTP(0)
			}
			var group sync.WaitGroup
			for range 4 {
				group.Go(func() { w.lost(w.DropPasskey(w.ctx, w.user.ID, p.ID)) })
				group.Go(func() { w.lost(w.DropTOTP(w.ctx, w.user.ID)) })
			}
			group.Wait()
			f := w.factors()
			if f.TOTP == (f.Passkeys == 1) || f.Passkeys > 1 {
				t.Fatalf("left with %+v, want one factor", f)
			}
			if f.Passkeys == 1 {
				w.addTOTP(0)
				w.ok(w.DropPasskey(w.ctx, w.user.ID, p.ID))
			}
		}
	})
}

// lost reports an error that is no way to lose a race for dropping a factor.
func (w *world) lost(err error) {
	if err != nil && !errors.Is(err, storage.ErrLast) && !errors.Is(err, storage.ErrNotFound) {
		w.t.Error(err)
	}
}

// A user who shows a code of the first app must not enrol the second, which they have never seen.
func TestProposalReplacedWhileItIsConfirmedEnrolsNothingUnseen(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for range rounds {
			first := storage.TOTP{UserID: w.user.ID, Seed: []byte(storage.NewID("")), CreatedAt: w.now}
			w.ok(w.ProposeTOTP(w.ctx, first))
			var group sync.WaitGroup
			var confirmed, proposed error
			group.Go(func() { confirmed = w.ConfirmTOTP(w.ctx, first, 1, w.now) })
			group.Go(func() {
				second := storage.TOTP{UserID: w.user.ID, Seed: []byte(storage.NewID("")), CreatedAt: w.now}
				proposed = w.ProposeTOTP(w.ctx, second)
			})
			group.Wait()
			app, err := w.TOTP(w.ctx, w.user.ID)
			w.ok(err)
			switch {
			case confirmed == nil && errors.Is(proposed, storage.ErrExists) && string(app.Seed) == string(first.Seed) && w.factors().TOTP:
			case errors.Is(confirmed, storage.ErrSpent) && proposed == nil && string(app.Seed) != string(first.Seed) && !w.factors().TOTP:
			default:
				t.Fatalf("confirmed: %v, proposed: %v, a factor: %v", confirmed, proposed, w.factors().TOTP)
			}
			w.ok(w.DropTOTP(w.ctx, w.user.ID))
		}
	})
}
