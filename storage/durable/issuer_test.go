package durable_test

import (
	"context"
	"slices"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
)

func TestHandlesOfOneDatabaseHaveTheirOwnRulesAndItsConnections(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		var stored []string
		handle := func(name string, keep storage.Keep) *durable.DB {
			return w.For(durable.Issuer{Keep: keep, ClientStored: func(_ context.Context, c storage.Client) { stored = append(stored, name+c.ID) }})
		}
		a, b := handle("a:", storage.KeepPasskey), handle("b:", storage.KeepNothing)
		if a.Keep != storage.KeepPasskey || b.Keep != storage.KeepNothing {
			t.Errorf("keep %v and %v", a.Keep, b.Keep)
		}
		for id, db := range map[string]*durable.DB{"c_a": a, "c_b": b} {
			if err := db.CreateClient(t.Context(), storage.Client{ID: id, Kind: storage.KindApp, Name: id}); err != nil {
				t.Fatal(err)
			}
		}
		slices.Sort(stored)
		if !slices.Equal(stored, []string{"a:c_a", "b:c_b"}) {
			t.Errorf("stored %v", stored)
		}
		if a.Stats() != b.Stats() || a.Stats() != w.Stats() {
			t.Errorf("counted apart: %v, %v, %v", a.Stats(), b.Stats(), w.Stats())
		}
	})
}
