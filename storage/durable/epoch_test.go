package durable_test

import (
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

func TestWhatBeganBeforeTheEpochIsOver(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		old, agent := w.redeemed(offline), storage.TokenQuery{JTI: "j1", ClientID: w.client.ID, IssuedAt: w.now}
		before := w.now.Add(time.Minute)
		w.ok(w.EndEverythingBefore(w.ctx, before))
		w.ok(w.EndEverythingBefore(w.ctx, before.Add(-time.Hour))) // an earlier time brings nothing back

		w.lives(old, false)
		if _, _, err := w.Session(w.ctx, w.session.Digest); err == nil {
			t.Error("the session goes on")
		}
		if all, err := w.UserSessions(w.ctx, w.user.ID); err != nil || len(all) != 0 {
			t.Errorf("sessions %v, %v", all, err)
		}
		if all, err := w.UserGrants(w.ctx, w.user.ID); err != nil || len(all) != 0 {
			t.Errorf("grants %v, %v", all, err)
		}
		w.is(w.AddGrant(w.ctx, w.newGrant(), storage.Spent{}), storage.ErrNotFound) // from the old session
		if token, err := w.TokenState(w.ctx, agent); token.Alive || err != nil {
			t.Error("an agent's token goes on", err)
		}

		w.now = before
		w.session = w.begun()
		w.lives(w.redeemed(), true)
		agent.IssuedAt = before
		if token, err := w.TokenState(w.ctx, agent); !token.Alive || err != nil {
			t.Error("an agent's new token is dead", err)
		}
	})
}
