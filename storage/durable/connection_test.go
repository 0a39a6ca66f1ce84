package durable_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

func TestConnectionsJoinWhatWasAllowedWithWhatIsLive(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		allowed := w.now.Add(-time.Hour)
		w.ok(w.AddConsent(w.ctx, storage.Consent{
			UserID: w.user.ID, ClientID: w.client.ID, RedirectHost: "books.example", Scopes: []string{"openid", "email"}, GrantedAt: allowed,
		}))
		asked := func(scopes ...string) func(*storage.Grant) { return func(g *storage.Grant) { g.Scopes = scopes } }
		w.redeemed(asked("openid", "offline_access"), offline)
		used := w.redeemed()
		later := w.now.Add(time.Minute)
		w.ok(w.RotateGrant(w.ctx, used.ID, 1, later, w.now.Add(time.Hour)))
		w.addGrant(asked("unspent"))
		dead := w.redeemed(asked("revoked"))
		w.ok(w.RevokeGrant(w.ctx, dead.ID, w.now, "test"))
		other := w.newClient()
		other.Name = "Abacus"
		w.ok(w.CreateClient(w.ctx, other))
		w.redeemed(asked("read"), func(g *storage.Grant) { g.ClientID = other.ID })

		got, err := w.Connections(w.ctx, w.user.ID)
		until := w.now.Add(30 * 24 * time.Hour)
		want := []storage.Connection{
			{ClientID: other.ID, Kind: storage.KindApp, Name: "Abacus", Scopes: []string{"read"}, Since: w.now, LastUsed: w.now, Until: until},
			{ClientID: w.client.ID, Kind: storage.KindApp, Name: "Books", Scopes: []string{"email", "offline_access", "openid"},
				Since: allowed, LastUsed: later, Until: until, Offline: true},
		}
		if w.ok(err); !reflect.DeepEqual(got, want) {
			t.Fatalf("want %+v\ngot  %+v", want, got)
		}
	})
}

func TestConnectionIsGoneWhenItIsStopped(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.ok(w.AddConsent(w.ctx, storage.Consent{UserID: w.user.ID, ClientID: w.client.ID, Scopes: []string{"openid"}, GrantedAt: w.now}))
		w.redeemed(offline)
		w.ok(w.EndSession(w.ctx, w.session.ID, w.now))
		w.ok(w.WithdrawConsent(w.ctx, w.user.ID, w.client.ID))
		if got, err := w.Connections(w.ctx, w.user.ID); err != nil || len(got) != 0 {
			t.Fatalf("left %+v, %v", got, err)
		}
		if got, err := w.Connections(w.ctx, "u_none"); err != nil || len(got) != 0 {
			t.Fatalf("nobody's connections %+v, %v", got, err)
		}
	})
}
