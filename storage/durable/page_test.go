package durable_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

func TestListsGoByPageAndMissNobody(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		const many = 2300
		want := []string{w.user.ID}
		for i := range many {
			u := storage.User{ID: fmt.Sprintf("u_%04d", i), Email: fmt.Sprint(i, "@example.org"), CreatedAt: w.now.Add(time.Duration(1+i/7) * time.Second)} // several at once
			w.ok(w.CreateUser(w.ctx, u))
			want = append(want, u.ID)
		}
		ids := func(users []storage.User) (ids []string) {
			for _, u := range users {
				ids = append(ids, u.ID)
			}
			return ids
		}
		all, err := w.Users(w.ctx, "", storage.Page{})
		if w.ok(err); !slices.Equal(ids(all), want) {
			t.Fatalf("%d people, want %d in the order of their making", len(all), len(want))
		}
		if cost := w.cost(func() { _, err = w.Users(w.ctx, "", storage.Page{}) }); cost.Statements != 3 {
			t.Errorf("%d statements for %d people", cost.Statements, len(want))
		}
		var got []string
		page := storage.Page{Limit: 37}
		for {
			some, err := w.Users(w.ctx, "", page)
			w.ok(err)
			got = append(got, ids(some)...)
			if len(some) < page.Limit {
				break
			}
			last := some[len(some)-1]
			if page.After, err = storage.ParseCursor(storage.Cursor{At: last.CreatedAt, ID: last.ID}.String()); err != nil {
				t.Fatal(err)
			}
			if last.ID != w.user.ID && len(got)%5 == 0 {
				w.ok(w.DeleteUser(w.ctx, last.ID)) // a cursor outlives what it names
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("by pages %d people, want %d", len(got), len(want))
		}
	})
}

func TestUsersAreFoundByAPartOfNameOrAddress(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for i, u := range []storage.User{
			{Name: "Grace Hopper", Email: "grace@navy.example"}, {Name: "100% Bob_by!", Email: "bob@navy.example"},
			{Name: "Émilie du Châtelet", Email: "emilie@cirey.example", SecondEmail: "grace.emilie@cirey.example"},
		} {
			u.ID, u.CreatedAt = fmt.Sprint("u_", i), w.now.Add(time.Second)
			w.ok(w.CreateUser(w.ctx, u))
		}
		for search, want := range map[string]string{
			"HOPPER": "u_0", "@Navy.": "u_0u_1", "grace": "u_0u_2", "Émilie": "u_2", "du CH": "u_2", "%": "u_1", "b_b": "u_1", "by!": "u_1",
			"_": "u_1", "g%e": "", "!%": "", "nobody": "", "\x00": "",
		} {
			got, page := "", storage.Page{Limit: 1}
			for {
				found, err := w.Users(w.ctx, search, page)
				if w.ok(err); len(found) == 0 {
					break
				}
				got += found[0].ID
				page.After = storage.Cursor{At: found[0].CreatedAt, ID: found[0].ID}
			}
			if got != want {
				t.Errorf("%q finds %q, want %q", search, got, want)
			}
		}
	})
}

func TestClientsGoByPageWithinTheirKind(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for i := range 60 {
			c := storage.Client{ID: fmt.Sprintf("a_%02d", i), Kind: []string{storage.KindAgent, storage.KindApp}[i%2], CreatedAt: w.now.Add(time.Second)}
			w.ok(w.CreateClient(w.ctx, c))
		}
		first, err := w.Clients(w.ctx, storage.KindAgent, storage.Page{Limit: 20})
		w.ok(err)
		last := first[len(first)-1]
		rest, err := w.Clients(w.ctx, storage.KindAgent, storage.Page{After: storage.Cursor{At: last.CreatedAt, ID: last.ID}})
		if w.ok(err); len(first) != 20 || len(rest) != 10 || rest[0].ID != "a_40" || rest[0].Kind != storage.KindAgent {
			t.Errorf("%d, then %d", len(first), len(rest))
		}
	})
}
