package durable_test

import (
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

const racers = 8

// changeAtOnce has many change something, each again when another was faster.
func changeAtOnce(t *testing.T, change func(i int) error) {
	t.Helper()
	var racing sync.WaitGroup
	for i := range racers {
		racing.Go(func() {
			err := change(i)
			for errors.Is(err, storage.ErrConflict) {
				err = change(i)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	racing.Wait()
}

func TestOfManyChangesOfAClientNoneIsLost(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		changeAtOnce(t, func(i int) error {
			c, err := w.Client(w.ctx, w.client.ID)
			if err != nil {
				return err
			}
			c.Scopes = append(c.Scopes, strconv.Itoa(i))
			return w.UpdateClient(w.ctx, &c)
		})
		c, err := w.Client(w.ctx, w.client.ID)
		if w.ok(err); len(c.Scopes) != racers {
			t.Errorf("left is %q", c.Scopes)
		}
	})
}

// The clock of another node may be behind.
func TestVersionsNeverGoBack(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		user, client := w.user, w.client
		w.now = w.now.Add(-time.Hour)
		for range 2 {
			w.ok(w.SetUserDisabled(w.ctx, user.ID, time.Time{}))
			w.ok(w.SetClientDisabled(w.ctx, client.ID, time.Time{}))
			w.is(w.SetUserProfile(w.ctx, &user), storage.ErrConflict)
			w.is(w.UpdateClient(w.ctx, &client), storage.ErrConflict)
			user, _ = w.User(w.ctx, user.ID)
			client, _ = w.Client(w.ctx, client.ID)
			w.ok(w.SetUserProfile(w.ctx, &user))
			w.ok(w.UpdateClient(w.ctx, &client))
		}
		if !user.UpdatedAt.After(w.user.UpdatedAt) || !client.UpdatedAt.After(w.client.UpdatedAt) {
			t.Errorf("%v, %v", user.UpdatedAt, client.UpdatedAt)
		}
	})
}
