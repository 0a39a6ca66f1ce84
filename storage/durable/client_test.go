package durable_test

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

func TestClientIsReadAsWrittenWithItsLiveSecrets(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		got, err := w.Client(w.ctx, w.client.ID)
		w.ok(err)
		if !reflect.DeepEqual(got, w.client) {
			t.Fatalf("wrote %+v, read %+v", w.client, got)
		}
		later := storage.ClientSecret{ID: "s2", ClientID: w.client.ID, Digest: storage.Digest("2"), CreatedAt: w.now.Add(time.Second), ExpiresAt: w.now.Add(time.Hour)}
		w.ok(w.AddClientSecret(w.ctx, later))
		w.is(w.AddClientSecret(w.ctx, later), storage.ErrExists)
		got, err = w.Client(w.ctx, w.client.ID)
		if w.ok(err); !reflect.DeepEqual(got.Secrets, append(w.client.Secrets, later)) {
			t.Fatalf("secrets %+v", got.Secrets)
		}
		w.now = later.ExpiresAt
		got, err = w.Client(w.ctx, w.client.ID)
		if w.ok(err); !reflect.DeepEqual(got.Secrets, w.client.Secrets) {
			t.Fatalf("after one expired: %+v", got.Secrets)
		}
		if all, err := w.ClientSecrets(w.ctx, w.client.ID); err != nil || len(all) != 2 {
			t.Fatalf("unrevoked secrets %+v, %v", all, err)
		}
	})
}

func TestRevokedSecretIsGone(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		id := w.client.Secrets[0].ID
		w.is(w.RevokeClientSecret(w.ctx, "c_other", id), storage.ErrNotFound)
		w.ok(w.RevokeClientSecret(w.ctx, w.client.ID, id))
		w.is(w.RevokeClientSecret(w.ctx, w.client.ID, id), storage.ErrNotFound)
		got, err := w.Client(w.ctx, w.client.ID)
		if w.ok(err); len(got.Secrets) != 0 || got.Name != w.client.Name {
			t.Fatalf("got %+v", got)
		}
	})
}

func TestLastUseOfASecretNeverGoesBack(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		id := w.client.Secrets[0].ID
		w.ok(w.TouchSecrets(w.ctx, map[string]time.Time{id: w.now.Add(time.Minute), "unknown": w.now}))
		w.ok(w.TouchSecrets(w.ctx, map[string]time.Time{id: w.now}))
		got, err := w.Client(w.ctx, w.client.ID)
		if w.ok(err); !got.Secrets[0].LastUsedAt.Equal(w.now.Add(time.Minute)) {
			t.Fatalf("last used %v", got.Secrets[0].LastUsedAt)
		}
	})
}

func TestUnknownClientIsNotFound(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, err := w.Client(w.ctx, "c_none")
		w.is(err, storage.ErrNotFound)
		w.is(w.UpdateClient(w.ctx, &storage.Client{ID: "c_none"}), storage.ErrNotFound)
		w.is(w.SetClientDisabled(w.ctx, "c_none", w.now), storage.ErrNotFound)
		w.is(w.DeleteClient(w.ctx, "c_none"), storage.ErrNotFound)
		w.is(w.AddClientSecret(w.ctx, storage.ClientSecret{ID: "s", ClientID: "c_none", Digest: []byte("d")}), storage.ErrNotFound)
		w.is(w.CreateClient(w.ctx, w.client), storage.ErrExists)
	})
}

func TestUpdateOfAClientEnablesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.ok(w.SetClientDisabled(w.ctx, w.client.ID, w.now))
		w.is(w.UpdateClient(w.ctx, &w.client), storage.ErrConflict) // as read before
		w.client, _ = w.Client(w.ctx, w.client.ID)
		w.client.Name, w.client.Scopes = "Library", []string{"read"}
		w.ok(w.UpdateClient(w.ctx, &w.client))
		got, err := w.Client(w.ctx, w.client.ID)
		if w.ok(err); got.DisabledAt != w.now || got.Name != "Library" || !reflect.DeepEqual(got.Scopes, []string{"read"}) {
			t.Fatalf("got %+v", got)
		}
	})
}

func TestClientsAreListedByKind(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		agent := w.newClient()
		agent.Kind = storage.KindAgent
		w.ok(w.CreateClient(w.ctx, agent))
		for kind, want := range map[string]int{"": 2, storage.KindApp: 1, storage.KindAgent: 1} {
			if got, err := w.Clients(w.ctx, kind, storage.Page{}); err != nil || len(got) != want {
				t.Errorf("kind %q: %d clients, %v", kind, len(got), err)
			}
		}
	})
}

// A client made anew under the same id inherits nothing.
func TestDeletedClientLeavesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		g := w.redeemed(offline)
		w.ok(w.AddConsent(w.ctx, storage.Consent{UserID: w.user.ID, ClientID: w.client.ID, Scopes: []string{"openid"}}))
		w.ok(w.DeleteClient(w.ctx, w.client.ID))
		anew := w.client
		anew.Secrets = nil
		w.ok(w.CreateClient(w.ctx, anew))
		got, err := w.Client(w.ctx, anew.ID)
		if w.ok(err); len(got.Secrets) != 0 {
			t.Fatalf("inherited secrets %+v", got.Secrets)
		}
		_, err = w.Grant(w.ctx, g.ID)
		w.is(err, storage.ErrNotFound)
		if scopes, err := w.Consented(w.ctx, w.user.ID, anew.ID, "", ""); err != nil || len(scopes) != 0 {
			t.Fatalf("inherited consent to %v, %v", scopes, err)
		}
	})
}

func TestStoredClientsAreTold(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		var told []string
		w.ClientStored = func(_ context.Context, c storage.Client) { told = append(told, c.Name) }
		c := w.client
		c.ID, c.Name, c.Secrets = "c_new", "New", nil
		w.ok(w.CreateClient(w.ctx, c))
		w.is(w.CreateClient(w.ctx, c), storage.ErrExists)
		stale := c
		c.Name = "Changed"
		w.ok(w.UpdateClient(w.ctx, &c))
		w.is(w.UpdateClient(w.ctx, &stale), storage.ErrConflict)
		if !slices.Equal(told, []string{"New", "Changed"}) {
			t.Errorf("%q", told)
		}
	})
}
