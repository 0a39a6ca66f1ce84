package durable_test

import (
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
)

func TestHotPathsCostWhatTheyMay(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		code, g, key := w.addGrant(), w.redeemed(), w.addPasskey(0)
		for _, hot := range []struct {
			name string
			do   func() error
			cost durable.Stats
		}{
			{"Client", func() error { _, err := w.Client(w.ctx, w.client.ID); return err }, durable.Stats{Statements: 1}},
			{"TokenState", func() error { _, err := w.TokenState(w.ctx, w.query(g)); return err }, durable.Stats{Statements: 1}},
			{"Session", func() error { _, _, err := w.Session(w.ctx, w.session.Digest); return err }, durable.Stats{Statements: 1}},
			{"Grant", func() error { _, err := w.Grant(w.ctx, g.ID); return err }, durable.Stats{Statements: 1}},
			{"GrantByCode", func() error { _, err := w.GrantByCode(w.ctx, g.CodeDigest); return err }, durable.Stats{Statements: 1}},
			{"SpendCode", func() error { return w.SpendCode(w.ctx, code.ID, w.now, w.now.Add(time.Hour)) },
				durable.Stats{Statements: 1, Writes: 1, Commits: 1}},
			{"RotateGrant", func() error { return w.RotateGrant(w.ctx, g.ID, 1, w.now, w.now.Add(time.Hour)) },
				durable.Stats{Statements: 1, Writes: 1, Commits: 1}},
			{"RevokeGrant", func() error { return w.RevokeGrant(w.ctx, g.ID, w.now, "test") },
				durable.Stats{Statements: 1, Writes: 1, Commits: 1}},
			{"AddGrant", func() error { return w.AddGrant(w.ctx, w.newGrant(), storage.Spent{Kind: "request", Value: "h"}) },
				durable.Stats{Statements: 2, Writes: 2, Commits: 1}},
			{"Factors", func() error { _, err := w.Factors(w.ctx, w.user.ID); return err }, durable.Stats{Statements: 1}},
			{"PasskeyByCredential", func() error { _, _, err := w.PasskeyByCredential(w.ctx, key.CredentialID); return err },
				durable.Stats{Statements: 1}},
			{"StartSession by passkey", func() error { return w.signIn(w.byPasskey(key, 1)) },
				durable.Stats{Statements: 5, Writes: 4, Commits: 1}}, // the ceremony, the user, the session, the oldest ones, the counter
		} {
			if got := w.cost(func() { w.ok(hot.do()) }); got != hot.cost {
				t.Errorf("%s costs %+v, want %+v", hot.name, got, hot.cost)
			}
		}
	})
}
