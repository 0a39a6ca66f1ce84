package durable_test

import (
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// ends are the ways in which what a token stands on can end. Each must be felt everywhere at once.
var ends = []struct {
	name    string
	outlive bool // an offline grant goes on
	end     func(w *world, g storage.Grant) error
}{
	{"user disabled", false, func(w *world, g storage.Grant) error { return w.SetUserDisabled(w.ctx, g.UserID, w.now) }},
	{"client disabled", false, func(w *world, g storage.Grant) error { return w.SetClientDisabled(w.ctx, g.ClientID, w.now) }},
	{"user's grants to the client revoked", false, func(w *world, g storage.Grant) error {
		_, err := w.RevokeGrants(w.ctx, g.UserID, g.ClientID, "", w.now, "test")
		return err
	}},
	{"client's grants revoked", false, func(w *world, g storage.Grant) error { return w.RevokeClientGrants(w.ctx, g.ClientID, "test") }},
	{"session's grants revoked", false, func(w *world, g storage.Grant) error {
		_, err := w.RevokeGrants(w.ctx, g.UserID, "", g.SessionID, w.now, "test")
		return err
	}},
	{"consent withdrawn", false, func(w *world, g storage.Grant) error { return w.WithdrawConsent(w.ctx, g.UserID, g.ClientID) }},
	{"session ended", true, func(w *world, g storage.Grant) error { return w.EndSession(w.ctx, g.SessionID, w.now) }},
	{"user's sessions ended", true, func(w *world, g storage.Grant) error { return w.EndUserSessions(w.ctx, g.UserID, "", w.now) }},
	{"everything before now ended", false, func(w *world, _ storage.Grant) error {
		return w.EndEverythingBefore(w.ctx, w.now.Add(time.Millisecond))
	}},
	{"session expired", true, func(w *world, g storage.Grant) error {
		w.now = w.session.ExpiresAt
		return nil
	}},
}

func TestTheEndOfAnythingAGrantStandsOnIsFelt(t *testing.T) {
	for _, e := range ends {
		t.Run(e.name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				late := func(g *storage.Grant) { g.CodeExpiresAt = w.now.Add(100 * time.Hour) }
				unspent, bound, free := w.addGrant(late), w.redeemed(), w.redeemed(offline)
				far := w.now.Add(100 * time.Hour)
				w.ok(w.RotateGrant(w.ctx, bound.ID, 1, w.now, far))
				w.ok(w.RotateGrant(w.ctx, free.ID, 1, w.now, far))
				for _, g := range []storage.Grant{unspent, bound, free} {
					w.lives(g, true)
				}
				w.ok(e.end(w, bound))

				w.lives(unspent, false)
				w.is(w.SpendCode(w.ctx, unspent.ID, w.now, far), storage.ErrSpent)
				w.lives(bound, false)
				w.is(w.RotateGrant(w.ctx, bound.ID, 2, w.now, far), storage.ErrSpent)
				w.lives(free, e.outlive)
				if err := w.RotateGrant(w.ctx, free.ID, 2, w.now, far); (err == nil) != e.outlive {
					t.Fatalf("an offline grant rotates: %v", err)
				}
			})
		})
	}
}

// lives checks what every reader says of the grant.
func (w *world) lives(g storage.Grant, want bool) {
	w.t.Helper()
	byID, err := w.Grant(w.ctx, g.ID)
	w.ok(err)
	byCode, err := w.GrantByCode(w.ctx, g.CodeDigest)
	w.ok(err)
	token, err := w.TokenState(w.ctx, w.query(g))
	w.ok(err)
	user, alive := token.User, token.Alive
	if byID.Alive != want || byCode.Alive != want || alive != want {
		w.t.Fatalf("alive: by id %v, by code %v, its token %v; want %v", byID.Alive, byCode.Alive, alive, want)
	}
	if byID.User.ID != g.UserID || byCode.User.ID != g.UserID || alive && user.ID != g.UserID {
		w.t.Fatal("the wrong user")
	}
}

func TestTokenOfNothingIsDead(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		g, other := w.redeemed(), w.newClient()
		w.ok(w.CreateClient(w.ctx, other))
		w.lives(g, true) // the control
		eve := w.newUser()
		for name, change := range map[string]func(*storage.TokenQuery){
			"unknown client":         func(q *storage.TokenQuery) { q.ClientID = "c_none" },
			"unknown grant":          func(q *storage.TokenQuery) { q.GrantID = "g_none" },
			"unknown user":           func(q *storage.TokenQuery) { q.UserID = "u_none" },
			"another user":           func(q *storage.TokenQuery) { q.UserID = eve.ID },
			"another client's grant": func(q *storage.TokenQuery) { q.ClientID = other.ID },
			"unknown session":        func(q *storage.TokenQuery) { q.GrantID, q.SessionID = "", "s_none" },
		} {
			q := w.query(g)
			change(&q)
			if token, err := w.TokenState(w.ctx, q); token.Alive || err != nil {
				t.Errorf("%s: alive %v, %v", name, token.Alive, err)
			}
		}
	})
}

func TestRevokedTokenIsDeadAndItsSiblingIsNot(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		g := w.redeemed()
		dead, sibling := w.query(g), w.query(g)
		for range 2 {
			w.ok(w.RevokeToken(w.ctx, dead.JTI, w.now.Add(time.Hour)))
		}
		if token, err := w.TokenState(w.ctx, dead); token.Alive || err != nil {
			t.Fatal("the revoked token is alive", err)
		}
		if token, err := w.TokenState(w.ctx, sibling); !token.Alive || err != nil {
			t.Fatal("the other token of the grant is dead", err)
		}
	})
}

// An agent's token names no user, grant or session.
func TestAgentTokenStandsOnItsClientAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		q := storage.TokenQuery{JTI: "j1", ClientID: w.client.ID, IssuedAt: w.now}
		if token, err := w.TokenState(w.ctx, q); !token.Alive || err != nil || token.User.ID != "" {
			t.Fatal(token, err)
		}
		w.ok(w.SetClientDisabled(w.ctx, w.client.ID, w.now.Add(300*time.Millisecond)))
		if token, err := w.TokenState(w.ctx, q); token.Alive || err != nil {
			t.Fatal("token of a disabled client is alive", err)
		}
		w.ok(w.SetClientDisabled(w.ctx, w.client.ID, time.Time{}))
		if token, err := w.TokenState(w.ctx, q); token.Alive || err != nil {
			t.Fatal("token from before the client was disabled came back to life", err)
		}
		q.IssuedAt = w.now.Add(time.Second)
		if token, err := w.TokenState(w.ctx, q); !token.Alive || err != nil {
			t.Fatal("token from after the client was enabled again is dead", err)
		}
	})
}

func TestGrantNeedsItsPeople(t *testing.T) {
	for name, e := range map[string]struct {
		end  func(w *world) error
		want error
	}{
		"user disabled":   {func(w *world) error { return w.SetUserDisabled(w.ctx, w.user.ID, w.now) }, storage.ErrNotFound},
		"user deleted":    {func(w *world) error { return w.DeleteUser(w.ctx, w.user.ID) }, storage.ErrNotFound},
		"client disabled": {func(w *world) error { return w.SetClientDisabled(w.ctx, w.client.ID, w.now) }, storage.ErrNotFound},
		"client deleted":  {func(w *world) error { return w.DeleteClient(w.ctx, w.client.ID) }, storage.ErrNotFound},
		"session ended":   {func(w *world) error { return w.EndSession(w.ctx, w.session.ID, w.now) }, storage.ErrNotFound},
		"handle spent":    {func(w *world) error { return w.Spend(w.ctx, storage.Spent{Kind: "request", Value: "h"}) }, storage.ErrSpent},
		"nothing":         {func(w *world) error { return nil }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				w.ok(e.end(w))
				g := w.newGrant()
				w.is(w.AddGrant(w.ctx, g, storage.Spent{Kind: "request", Value: "h", Until: w.now.Add(time.Hour)}), e.want)
				if _, err := w.Grant(w.ctx, g.ID); (err == nil) != (e.want == nil) {
					t.Fatalf("the grant is there: %v", err)
				}
			})
		})
	}
}

// What failed must not use up the single use.
func TestRefusedGrantSpendsNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		handle := storage.Spent{Kind: "request", Value: "h", Until: w.now.Add(time.Hour)}
		g := w.newGrant()
		g.ClientID = "c_none"
		w.is(w.AddGrant(w.ctx, g, handle), storage.ErrNotFound)
		w.ok(w.AddGrant(w.ctx, w.newGrant(), handle))
	})
}

func TestKeptRefreshTokenDiesLikeOthers(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		soon, later := w.now.Add(time.Minute), w.now.Add(time.Hour)
		g := w.addGrant()
		w.is(w.KeepGrant(w.ctx, g.ID, 0, w.now, later), storage.ErrSpent) // no refresh token yet
		w.ok(w.SpendCode(w.ctx, g.ID, w.now, soon))
		w.is(w.KeepGrant(w.ctx, g.ID, 1, soon, later), storage.ErrSpent) // idle
		for range 2 {
			w.ok(w.KeepGrant(w.ctx, g.ID, 1, w.now, later))
		}
		w.ok(w.KeepGrant(w.ctx, g.ID, 1, soon, later)) // it was used meanwhile
		if kept, err := w.Grant(w.ctx, g.ID); err != nil || kept.Generation != 1 || !kept.IdleAt.Equal(later.Truncate(time.Millisecond)) {
			t.Errorf("%+v, %v", kept, err)
		}
		w.is(w.KeepGrant(w.ctx, g.ID, 2, w.now, later), storage.ErrSpent) // never made
		w.ok(w.RotateGrant(w.ctx, g.ID, 1, w.now, later))
		w.is(w.KeepGrant(w.ctx, g.ID, 1, w.now, later), storage.ErrSpent)
		old := w.redeemed(offline, func(g *storage.Grant) { g.ExpiresAt = soon })
		w.is(w.KeepGrant(w.ctx, old.ID, 1, soon, later), storage.ErrSpent)
		w.ok(w.RevokeGrant(w.ctx, g.ID, w.now, "test"))
		w.is(w.KeepGrant(w.ctx, g.ID, 2, w.now, later), storage.ErrSpent)
	})
}

func TestExpiredCodeAndRefreshTokenAreRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		g := w.addGrant()
		w.is(w.RotateGrant(w.ctx, g.ID, 0, w.now, w.now.Add(time.Hour)), storage.ErrSpent) // no refresh token yet
		w.is(w.SpendCode(w.ctx, g.ID, g.CodeExpiresAt, w.now.Add(time.Hour)), storage.ErrSpent)
		w.ok(w.SpendCode(w.ctx, g.ID, w.now, w.now.Add(time.Hour)))
		w.is(w.RotateGrant(w.ctx, g.ID, 1, w.now.Add(time.Hour), w.now.Add(2*time.Hour)), storage.ErrSpent) // idle
		old := w.redeemed(offline, func(g *storage.Grant) { g.ExpiresAt = w.now.Add(time.Minute) })
		w.is(w.RotateGrant(w.ctx, old.ID, 1, w.now.Add(time.Minute), w.now.Add(time.Hour)), storage.ErrSpent)
		w.ok(w.RotateGrant(w.ctx, old.ID, 1, w.now, w.now.Add(time.Hour)))
	})
}
