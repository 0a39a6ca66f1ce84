package durable_test

import (
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

func benchBoth(b *testing.B, bench func(b *testing.B, w *world)) {
	for name, open := range map[string]func(testing.TB) *durable.DB{"SQLite": storagetest.SQLite, "PostgreSQL": storagetest.PostgreSQL} {
		b.Run(name, func(b *testing.B) {
			w := newWorld(b, open(b))
			b.ReportAllocs()
			b.ResetTimer()
			bench(b, w)
		})
	}
}

func BenchmarkClient(b *testing.B) {
	benchBoth(b, func(b *testing.B, w *world) {
		for b.Loop() {
			if _, err := w.Client(w.ctx, w.client.ID); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkTokenState(b *testing.B) {
	benchBoth(b, func(b *testing.B, w *world) {
		q := w.query(w.redeemed())
		for b.Loop() {
			if token, err := w.TokenState(w.ctx, q); err != nil || !token.Alive {
				b.Fatal(token.Alive, err)
			}
		}
	})
}

func BenchmarkGrant(b *testing.B) {
	benchBoth(b, func(b *testing.B, w *world) {
		g := w.redeemed()
		for b.Loop() {
			if state, err := w.Grant(w.ctx, g.ID); err != nil || !state.Alive {
				b.Fatal(state.Alive, err)
			}
		}
	})
}

func BenchmarkRotateGrant(b *testing.B) {
	benchBoth(b, func(b *testing.B, w *world) {
		g, generation := w.redeemed(), int64(0)
		for b.Loop() {
			generation++
			if err := w.RotateGrant(w.ctx, g.ID, generation, w.now, w.now.Add(time.Hour)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkAddGrant(b *testing.B) {
	benchBoth(b, func(b *testing.B, w *world) {
		for b.Loop() {
			spent := storage.Spent{Kind: "request", Value: storage.NewID(""), Until: w.now.Add(time.Hour)}
			if err := w.AddGrant(w.ctx, w.newGrant(), spent); err != nil {
				b.Fatal(err)
			}
		}
	})
}
