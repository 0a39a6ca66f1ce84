package durable_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
)

func TestEventsAreKeptAsLongAsTheirKindSays(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		const day = 24 * time.Hour
		add := func(kind, outcome string, days int) {
			w.ok(w.AppendEvents(w.ctx, []audit.Event{{ID: fmt.Sprint(kind, " ", outcome, " ", days), At: w.now.Add(-time.Duration(days) * day), Type: kind, Outcome: outcome}}))
		}
		for _, days := range []int{1, 9, 99, 999} {
			for _, kind := range []string{audit.SignIn, audit.TokenIssued, "of.the_future"} {
				add(kind, audit.Success, days)
				add(kind, audit.Refused, days)
			}
		}
		left := func() (ids []string) {
			_, err := w.Sweep(w.ctx, w.now)
			w.ok(err)
			events, err := w.Events(w.ctx, audit.Filter{})
			w.ok(err)
			for _, e := range events {
				ids = append(ids, e.ID)
			}
			slices.Sort(ids)
			return ids
		}
		if got := left(); len(got) != 24 {
			t.Fatalf("without a retention %d are left", len(got))
		}
		w.AuditRetention = audit.Retention{Rest: 400 * day, Refused: 30 * day, Types: map[string]time.Duration{audit.TokenIssued: 5 * day}}
		want := []string{
			"of.the_future refused 1", "of.the_future refused 9", "of.the_future success 1", "of.the_future success 9", "of.the_future success 99",
			"session.start refused 1", "session.start refused 9", "session.start success 1", "session.start success 9", "session.start success 99",
			"token.issue refused 1", "token.issue success 1",
		}
		if got := left(); !slices.Equal(got, want) {
			t.Errorf("left %q\nwant %q", got, want)
		}
	})
}

func TestWhatIsManyIsRemovedInSmallBatches(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		const many = 450
		for i := range many {
			w.ok(w.RevokeToken(w.ctx, fmt.Sprint(i), w.now.Add(time.Minute)))
		}
		commits := w.cost(func() {
			n, err := w.Sweep(w.ctx, w.now.Add(time.Hour))
			if w.ok(err); n != many {
				t.Errorf("swept %d", n)
			}
		}).Commits
		none := w.cost(func() { _, err := w.Sweep(w.ctx, w.now.Add(time.Hour)); w.ok(err) }).Commits
		if commits-none < many/100 {
			t.Errorf("%d rows went in %d commits more than none", many, commits-none)
		}
	})
}
