package durable_test

import (
	"fmt"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

func TestSweepTakesWhatIsOverAndNothingElse(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for i := range 25 {
			id := fmt.Sprint(i)
			w.ok(w.Spend(w.ctx, storage.Spent{Kind: "mail", Value: id, Until: w.now.Add(time.Minute)}))
			w.ok(w.RevokeToken(w.ctx, id, w.now.Add(time.Minute)))
			_, err := w.CountFailure(w.ctx, id, 5, time.Minute, w.now)
			w.ok(err)
			w.ok(w.AddMail(w.ctx, storage.Mail{ID: id, Sealed: []byte("x"), CreatedAt: w.now, ExpiresAt: w.now.Add(time.Minute)}))
			w.addGrant(func(g *storage.Grant) { g.ExpiresAt = w.now.Add(time.Minute) })
		}
		kept := w.redeemed()
		if n, err := w.Sweep(w.ctx, w.now); err != nil || n != 0 {
			t.Fatalf("swept %d that had not expired, %v", n, err)
		}
		n, err := w.Sweep(w.ctx, w.now.Add(49*time.Hour))
		if w.ok(err); n != 5*25+1 { // and the session of 24 hours
			t.Fatalf("swept %d", n)
		}
		_, err = w.Grant(w.ctx, kept.ID)
		w.ok(err)
		w.is(w.SpendCode(w.ctx, kept.ID, w.now, w.now), storage.ErrSpent)
	})
}

func TestCodeThatNobodyRedeemedIsSweptWithinHours(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ninetyDays := func(g *storage.Grant) { g.ExpiresAt = w.now.Add(90 * 24 * time.Hour) }
		left, spent := w.addGrant(ninetyDays), w.redeemed(ninetyDays)
		for _, at := range []time.Duration{0, 30 * time.Minute} {
			if n, err := w.Sweep(w.ctx, w.now.Add(at)); err != nil || n != 0 {
				t.Fatalf("swept %d after %s, %v", n, at, err)
			}
		}
		if n, err := w.Sweep(w.ctx, w.now.Add(2*time.Hour)); err != nil || n != 1 {
			t.Fatalf("swept %d, %v", n, err)
		}
		_, err := w.GrantByCode(w.ctx, left.CodeDigest)
		w.is(err, storage.ErrNotFound)
		_, err = w.GrantByCode(w.ctx, spent.CodeDigest) // whose replay is still detected
		w.ok(err)
	})
}

func TestManyNodesSweepAtOnceAndEachRowIsCountedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		const expired = 600
		for i := range expired {
			w.ok(w.RevokeToken(w.ctx, fmt.Sprint(i*7919%expired), w.now.Add(time.Duration(i)*time.Millisecond)))
		}
		var swept atomic.Int64
		w.winners(8, nil, func(int) error {
			for {
				n, err := w.Sweep(w.ctx, w.now.Add(time.Minute))
				if err != nil || n == 0 {
					return err
				}
				swept.Add(int64(n))
			}
		})
		if rest, err := w.Sweep(w.ctx, w.now.Add(time.Minute)); err != nil || int(swept.Load())+rest != expired {
			t.Fatalf("%d and %d swept of %d, %v", swept.Load(), rest, expired, err)
		}
	})
}

// A sweep that never runs changes no answer, and one that does gives nothing back too early.
func TestUsedOnceStaysUsedPastItsExpiry(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s := storage.Spent{Kind: "mail", Value: "v", Until: w.now.Add(-time.Hour)}
		w.ok(w.Spend(w.ctx, s))
		w.is(w.Spend(w.ctx, s), storage.ErrSpent)
	})
}

func TestTriesCountAnewInTheNextWindow(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		try := func(now time.Time) bool {
			wait, err := w.CountFailure(w.ctx, "k", 2, time.Minute, now)
			w.ok(err)
			if ends := w.now.Add(time.Minute); wait != 0 && now.Before(ends) && wait != ends.Sub(now) {
				t.Errorf("told to wait %v, the window is open for %v", wait, ends.Sub(now))
			}
			return wait == 0
		}
		for i, want := range []bool{true, true, false, false} {
			if got := try(w.now); got != want {
				t.Fatalf("try %d allowed: %v", i, got)
			}
		}
		if try(w.now.Add(59 * time.Second)) {
			t.Fatal("refused tries moved the window")
		}
		for i, want := range []bool{true, true, false} {
			if try(w.now.Add(time.Minute)) != want {
				t.Fatalf("try %d of the next window: allowed is not %v", i, want)
			}
		}
		w.ok(w.ForgetFailures(w.ctx, "k"))
		if !try(w.now.Add(time.Minute)) {
			t.Fatal("still refused after a success")
		}
		if wait, err := w.CountFailure(w.ctx, "other", 0, time.Minute, w.now); wait == 0 || err != nil {
			t.Fatal("a limit of nothing allows something", err)
		}
	})
}

func TestConsentsGrowByScopeAndAreWithdrawnTogether(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		give := func(host, resource string, scopes ...string) {
			w.ok(w.AddConsent(w.ctx, storage.Consent{
				UserID: w.user.ID, ClientID: w.client.ID, RedirectHost: host, Resource: resource, Scopes: scopes, GrantedAt: w.now,
			}))
		}
		give("a.example", "", "openid")
		give("a.example", "", "email", "openid")
		give("a.example", "https://api", "read")
		give("b.example", "", "profile")
		if got, err := w.Consented(w.ctx, w.user.ID, w.client.ID, "a.example", ""); err != nil || !slices.Equal(got, []string{"email", "openid"}) {
			t.Fatalf("consented to %v, %v", got, err)
		}
		if got, err := w.Consented(w.ctx, w.user.ID, w.client.ID, "evil.example", ""); err != nil || len(got) != 0 {
			t.Fatalf("another host inherits %v, %v", got, err)
		}
		all, err := w.UserConsents(w.ctx, w.user.ID)
		want := storage.Consent{UserID: w.user.ID, ClientID: w.client.ID, RedirectHost: "a.example", Scopes: []string{"email", "openid"}, GrantedAt: w.now}
		if err != nil || len(all) != 3 || !reflect.DeepEqual(all[0], want) {
			t.Fatalf("all consents %+v, %v", all, err)
		}
		w.ok(w.WithdrawConsent(w.ctx, w.user.ID, w.client.ID))
		if all, err := w.UserConsents(w.ctx, w.user.ID); err != nil || len(all) != 0 {
			t.Fatalf("left after withdrawing: %+v, %v", all, err)
		}
		w.is(w.AddConsent(w.ctx, storage.Consent{UserID: "u_none", ClientID: w.client.ID, Scopes: []string{"a"}}), storage.ErrNotFound)
	})
}

func TestKeyTimesOnlyMoveTheSafeWay(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		k := storage.SigningKey{KID: "k1", Alg: "ES256", Serial: 1, Sealed: []byte("s"), CreatedAt: w.now, SignsFrom: w.now.Add(time.Hour)}
		w.ok(w.AddSigningKey(w.ctx, k))
		first := func() storage.SigningKey {
			keys, err := w.SigningKeys(w.ctx)
			w.ok(err)
			return keys[0]
		}
		if got := first(); !reflect.DeepEqual(got, k) {
			t.Fatalf("wrote %+v, read %+v", k, got)
		}
		w.ok(w.PromoteSigningKey(w.ctx, "k1", w.now))
		w.ok(w.PromoteSigningKey(w.ctx, "k1", w.now.Add(time.Minute)))
		if got := first(); got.SignsFrom != w.now {
			t.Fatalf("signs from %v", got.SignsFrom)
		}
		w.ok(w.RevokeSigningKey(w.ctx, "k1", w.now))
		w.ok(w.RevokeSigningKey(w.ctx, "k1", w.now.Add(time.Hour)))
		w.is(w.RevokeSigningKey(w.ctx, "k2", w.now), storage.ErrNotFound)
		if got := first(); got.RevokedAt != w.now {
			t.Fatalf("revoked at %v", got.RevokedAt)
		}
		w.ok(w.DropSigningKeys(w.ctx, w.now, []string{"k1"})) // created at, not before
		first()
		w.ok(w.DropSigningKeys(w.ctx, w.now.Add(time.Second), []string{"k2", "k1"}))
		if keys, err := w.SigningKeys(w.ctx); err != nil || len(keys) != 0 {
			t.Fatalf("left %v, %v", keys, err)
		}
	})
}

func TestMailIsDueAgainWhenItsWorkerDies(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		m := storage.Mail{ID: "m1", Sealed: []byte("sealed"), CreatedAt: w.now, NextTryAt: w.now, ExpiresAt: w.now.Add(time.Hour)}
		w.ok(w.AddMail(w.ctx, m))
		w.is(w.AddMail(w.ctx, m), storage.ErrExists)
		got, err := w.ClaimMail(w.ctx, w.now, time.Minute)
		if w.ok(err); string(got.Sealed) != "sealed" || got.ID != "m1" {
			t.Fatalf("claimed %+v", got)
		}
		_, err = w.ClaimMail(w.ctx, w.now.Add(59*time.Second), time.Minute)
		w.is(err, storage.ErrNotFound)
		w.ok(w.RenewMail(w.ctx, "m1", w.now.Add(time.Minute), w.now.Add(2*time.Minute)))
		w.is(w.RenewMail(w.ctx, "m1", w.now.Add(time.Minute), w.now.Add(3*time.Minute)), storage.ErrNotFound)
		_, err = w.ClaimMail(w.ctx, w.now.Add(time.Minute), time.Minute)
		w.is(err, storage.ErrNotFound)
		_, err = w.ClaimMail(w.ctx, w.now.Add(2*time.Minute), time.Minute)
		w.ok(err)
		w.is(w.RenewMail(w.ctx, "m1", w.now.Add(2*time.Minute), w.now.Add(time.Hour)), storage.ErrNotFound)
		w.ok(w.RetryMail(w.ctx, "m1", w.now.Add(10*time.Minute), 2))
		got, err = w.ClaimMail(w.ctx, w.now.Add(10*time.Minute), time.Minute)
		if w.ok(err); got.Tries != 2 {
			t.Fatalf("after %d tries", got.Tries)
		}
		w.ok(w.MailSent(w.ctx, "m1"))
		w.is(w.RetryMail(w.ctx, "m1", w.now, 3), storage.ErrNotFound)
	})
}

func TestEventsAreKeptOnceAndFoundByFilter(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		var events []audit.Event
		for i := range 90 {
			events = append(events, audit.Event{
				ID: fmt.Sprintf("e%03d", i), At: w.now.Add(time.Duration(i) * time.Second), Type: []string{audit.SignIn, audit.TokenIssued}[i%2],
				Outcome: audit.Success, UserID: "u_1", ClientID: fmt.Sprint("c_", i%3), Target: "t", Method: "m", IP: "192.0.2.1", TraceID: "x", Reason: "r", Count: 1,
			})
		}
		w.ok(w.AppendEvents(w.ctx, nil))
		for range 2 {
			w.ok(w.AppendEvents(w.ctx, events))
		}
		for _, f := range []struct {
			filter audit.Filter
			want   int
		}{
			{audit.Filter{}, 90}, {audit.Filter{Limit: 7}, 7}, {audit.Filter{Type: audit.SignIn}, 45}, {audit.Filter{UserID: "u_2"}, 0},
			{audit.Filter{Type: audit.SignIn, UserID: "u_1", ClientID: "c_0"}, 15}, {audit.Filter{Since: w.now.Add(80 * time.Second)}, 10},
		} {
			got, err := w.Events(w.ctx, f.filter)
			if err != nil || len(got) != f.want {
				t.Errorf("%+v finds %d, want %d: %v", f.filter, len(got), f.want, err)
			}
		}
		newest, err := w.Events(w.ctx, audit.Filter{Limit: 1})
		if w.ok(err); !reflect.DeepEqual(newest[0], events[89]) {
			t.Fatalf("wrote %+v, read %+v", events[89], newest[0])
		}
	})
}
