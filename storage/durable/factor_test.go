package durable_test

import (
	"reflect"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
)

func TestSomebodyElsesFactorSignsNobodyIn(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		p, code := w.addPasskey(1), w.setCodes("a")[0]
		w.addTOTP(1)
		eve := w.newUser()
		for name, in := range map[string]storage.SignIn{"passkey": w.byPasskey(p, 2), "app": w.byTOTP(2), "code": w.byCode(code)} {
			in.UserID = eve.ID
			if err := w.signIn(in); err == nil {
				t.Errorf("%s of Ada signed Eve in", name)
			}
			in.UserID = w.user.ID
			w.ok(w.signIn(in)) // nothing was used up
		}
	})
}

func TestFactorThatIsNotThereSignsNobodyIn(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.is(w.signIn(w.byPasskey(w.newPasskey(0), 1)), storage.ErrSpent)
		w.is(w.signIn(w.byTOTP(1)), storage.ErrSpent)
		w.is(w.signIn(w.byCode(codes("a")[0])), storage.ErrSpent)
		w.ok(w.ProposeTOTP(w.ctx, storage.TOTP{UserID: w.user.ID, Seed: []byte("s"), CreatedAt: w.now}))
		w.is(w.signIn(w.byTOTP(1)), storage.ErrSpent) // proposed only
		if n := w.sessions(); n != 1 {
			t.Fatalf("%d sessions", n)
		}
	})
}

func TestOneRefusedProofUsesUpNoOther(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		p, code := w.addPasskey(0), w.setCodes("a")[0]
		w.addTOTP(7)
		in := w.byPasskey(p, 1)
		in.Recovery, in.TOTP = w.byCode(code).Recovery, w.byTOTP(7).TOTP
		w.is(w.signIn(in), storage.ErrSpent)
		in.TOTP.Step = 8
		w.ok(w.signIn(in)) // with the same ceremony, counter and code
		w.is(w.signIn(w.byCode(code)), storage.ErrSpent)
	})
}

func TestTimeStepIsUsedOnceAndNeverGoesBack(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.addTOTP(10)
		for _, try := range []struct {
			step int64
			want error
		}{{10, storage.ErrSpent}, {9, storage.ErrSpent}, {11, nil}, {11, storage.ErrSpent}, {12, nil}, {11, storage.ErrSpent}} {
			w.is(w.signIn(w.byTOTP(try.step)), try.want)
		}
		app, err := w.TOTP(w.ctx, w.user.ID)
		want := storage.TOTP{UserID: w.user.ID, Seed: []byte("sealed"), CreatedAt: w.now, ConfirmedAt: w.now, LastStep: 12, LastUsedAt: w.now}
		if w.ok(err); !reflect.DeepEqual(app, want) {
			t.Fatalf("app is now %+v", app)
		}
	})
}

func TestOnlyWhatIsProposedIsConfirmed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		first := storage.TOTP{UserID: w.user.ID, Seed: []byte("first"), CreatedAt: w.now}
		second := storage.TOTP{UserID: w.user.ID, Seed: []byte("second"), CreatedAt: w.now}
		w.is(w.ConfirmTOTP(w.ctx, first, 1, w.now), storage.ErrSpent)
		w.ok(w.ProposeTOTP(w.ctx, first))
		w.ok(w.ProposeTOTP(w.ctx, second))
		w.is(w.ConfirmTOTP(w.ctx, first, 1, w.now), storage.ErrSpent)
		if w.factors().TOTP {
			t.Fatal("a proposal counts as a factor")
		}
		w.ok(w.ConfirmTOTP(w.ctx, second, 1, w.now))
		w.is(w.ConfirmTOTP(w.ctx, second, 2, w.now), storage.ErrSpent)
		w.is(w.ProposeTOTP(w.ctx, first), storage.ErrExists)
		if app, err := w.TOTP(w.ctx, w.user.ID); err != nil || string(app.Seed) != "second" || !w.factors().TOTP {
			t.Fatalf("enrolled %+v, %v", app, err)
		}
		w.is(w.ProposeTOTP(w.ctx, storage.TOTP{UserID: "u_none", CreatedAt: w.now}), storage.ErrNotFound)
	})
}

// A sign-in that read the account before the code was used must not write it back: L109.
func TestUsedRecoveryCodeStaysUsed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		all := w.setCodes("a")
		w.addTOTP(1)
		stale := w.byTOTP(2)
		w.ok(w.signIn(w.byCode(all[3])))
		w.ok(w.signIn(stale))
		w.is(w.signIn(w.byCode(all[3])), storage.ErrSpent)
		if left, err := w.RecoveryCodesLeft(w.ctx, w.user.ID); err != nil || left != 9 || w.factors().RecoveryCodes != 9 {
			t.Fatalf("%d codes left, %v", left, err)
		}
		fresh := w.setCodes("b")
		w.is(w.signIn(w.byCode(all[4])), storage.ErrSpent)
		w.ok(w.signIn(w.byCode(fresh[4])))
		w.is(w.SetRecoveryCodes(w.ctx, "u_none", nil, w.now), storage.ErrNotFound)
		w.is(w.SetRecoveryCodes(w.ctx, "u_none", codes("c"), w.now), storage.ErrNotFound)
	})
}

func TestLessThanIsToBeKeptIsNeverLeft(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.Keep = storage.KeepFactor
		proposal := storage.TOTP{UserID: w.user.ID, CreatedAt: w.now}
		w.ok(w.ProposeTOTP(w.ctx, proposal))
		w.ok(w.DropTOTP(w.ctx, w.user.ID)) // what is no factor is not missed
		p := w.addPasskey(0)
		w.ok(w.ProposeTOTP(w.ctx, proposal))
		w.is(w.DropPasskey(w.ctx, w.user.ID, p.ID), storage.ErrLast)
		w.ok(w.ConfirmTOTP(w.ctx, proposal, 1, w.now))
		w.Keep = storage.KeepPasskey
		w.is(w.DropPasskey(w.ctx, w.user.ID, p.ID), storage.ErrLast)
		w.Keep = storage.KeepFactor
		w.ok(w.DropPasskey(w.ctx, w.user.ID, p.ID))
		w.is(w.DropTOTP(w.ctx, w.user.ID), storage.ErrLast)
		w.Keep = storage.KeepNothing
		w.ok(w.DropTOTP(w.ctx, w.user.ID))
		if f := w.factors(); f.Any() {
			t.Fatalf("left %+v", f)
		}
	})
}
