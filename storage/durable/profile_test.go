package durable_test

import (
	"reflect"
	"strconv"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
)

func TestProfileOfNobodyOrFromBeforeAChangeIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.is(w.SetUserProfile(w.ctx, &storage.User{ID: "u_none"}), storage.ErrNotFound)
		ada, before := w.user, w.user
		ada.Name, ada.Profile = "Ada L.", storage.Profile{GivenName: "Ada", Address: storage.PostalAddress{Country: "UK"}}
		w.ok(w.SetUserProfile(w.ctx, &ada))
		w.is(w.SetUserProfile(w.ctx, &before), storage.ErrConflict)
		w.is(w.SetUserGroups(w.ctx, &before), storage.ErrConflict)
		got, err := w.User(w.ctx, w.user.ID)
		w.ok(err)
		if !reflect.DeepEqual(got, ada) {
			t.Errorf("got %+v, want %+v", got, ada)
		}
		ada.Groups = []string{"ops"}
		w.ok(w.SetUserGroups(w.ctx, &ada))
		ada.Profile = storage.Profile{}
		w.ok(w.SetUserProfile(w.ctx, &ada))
	})
}

// Each adds one letter, or one group, to what they read. Who succeeds finds it there.
func TestOfManyChangesOfAUserNoneIsLost(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		changeAtOnce(t, func(i int) error {
			u, err := w.User(w.ctx, w.user.ID)
			if err != nil {
				return err
			}
			if i%2 == 0 {
				u.Groups = append(u.Groups, strconv.Itoa(i))
				return w.SetUserGroups(w.ctx, &u)
			}
			u.Profile.Nickname += strconv.Itoa(i)
			return w.SetUserProfile(w.ctx, &u)
		})
		u, err := w.User(w.ctx, w.user.ID)
		if w.ok(err); len(u.Groups) != racers/2 || len(u.Profile.Nickname) != racers/2 {
			t.Errorf("left is %q, %q", u.Groups, u.Profile.Nickname)
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
		w.ok(w.UpdateClient(w.ctx, &w.client))
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
