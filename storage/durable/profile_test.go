package durable_test

import (
	"errors"
	"reflect"
	"strconv"
	"sync"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
)

func TestProfileOfNobodyOrFromBeforeAChangeIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		empty, ada := storage.Profile{}, storage.Profile{GivenName: "Ada", Address: storage.PostalAddress{Country: "UK"}}
		w.is(w.SetUserProfile(w.ctx, "u_none", "X", empty, ada, w.now), storage.ErrSpent)
		w.ok(w.SetUserProfile(w.ctx, w.user.ID, "Ada L.", empty, ada, w.now))
		w.is(w.SetUserProfile(w.ctx, w.user.ID, "X", empty, storage.Profile{Nickname: "Al"}, w.now), storage.ErrSpent)
		got, err := w.User(w.ctx, w.user.ID)
		w.ok(err)
		want := w.user
		want.Name, want.Profile, want.UpdatedAt = "Ada L.", ada, w.now
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		w.ok(w.SetUserProfile(w.ctx, w.user.ID, "Ada L.", ada, empty, w.now))
		w.ok(w.SetUserProfile(w.ctx, w.user.ID, "Ada L.", empty, ada, w.now))
	})
}

// Each adds one letter to what they read. Whoever is told that it worked finds it there.
func TestOfManyChangesOfAProfileNoneIsLost(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		var racing sync.WaitGroup
		for i := range 8 {
			racing.Go(func() {
				for {
					u, err := w.User(w.ctx, w.user.ID)
					if err != nil {
						t.Error(err)
						return
					}
					after := u.Profile
					after.Nickname += strconv.Itoa(i)
					if err := w.SetUserProfile(w.ctx, u.ID, u.Name, u.Profile, after, w.now); err == nil {
						return
					} else if !errors.Is(err, storage.ErrSpent) {
						t.Error(err)
						return
					}
				}
			})
		}
		racing.Wait()
		u, err := w.User(w.ctx, w.user.ID)
		w.ok(err)
		seen := map[rune]bool{}
		for _, letter := range u.Profile.Nickname {
			seen[letter] = true
		}
		if len(seen) != 8 || len(u.Profile.Nickname) != 8 {
			t.Errorf("left is %q", u.Profile.Nickname)
		}
	})
}

// A token whose sub is pairwise names no user; its grant does.
func TestTokenStateKnowsWhoseTokenItIsAndHowToTell(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		plain := w.redeemed()
		q := w.query(plain)
		q.UserID = ""
		got, err := w.TokenState(w.ctx, q)
		w.ok(err)
		if !got.Alive || got.User.ID != w.user.ID || got.Named != nil || got.UserInfoAlg != "" {
			t.Errorf("%+v", got)
		}
		named := &storage.NamedClaims{UserInfo: []string{"email"}, Scopes: []string{"email"}}
		g := w.newGrant()
		g.Named = named
		w.ok(w.AddGrant(w.ctx, g, storage.Spent{}))
		w.client.UserInfoAlg = "ES256"
		w.ok(w.UpdateClient(w.ctx, w.client))
		got, err = w.TokenState(w.ctx, w.query(g))
		w.ok(err)
		if !got.Alive || !reflect.DeepEqual(got.Named, named) || got.UserInfoAlg != "ES256" {
			t.Errorf("%+v", got)
		}
		w.ok(w.SetUserDisabled(w.ctx, w.user.ID, w.now))
		if got, err := w.TokenState(w.ctx, q); got.Alive || err != nil {
			t.Errorf("a disabled user's: %+v, %v", got, err)
		}
	})
}
