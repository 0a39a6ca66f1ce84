package ledger_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"crypto/ed25519"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/audit/ledger"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// BenchmarkAppend measures how many events a second one node puts into the tree, without its pauses.
func BenchmarkAppend(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *durable.DB{"SQLite": storagetest.SQLite, "PostgreSQL": storagetest.PostgreSQL} {
		b.Run(name, func(b *testing.B) {
			db := open(b)
			_, key, err := ed25519.GenerateKey(nil)
			if err != nil {
				b.Fatal(err)
			}
			k := ledger.Keeper{Store: db, Key: key, Origin: "login.example/audit", Interval: time.Minute, Log: slog.New(slog.DiscardHandler)}
			sealed, n := 0, 0
			for b.Loop() {
				b.StopTimer()
				var events []audit.Event
				for range 1024 {
					n++
					events = append(events, audit.Event{ID: fmt.Sprintf("e%09d", n), At: time.Now(), Type: audit.SignIn, Outcome: audit.Success, UserID: "u_1", ClientID: "c_1", IP: "192.0.2.1", Count: 1})
				}
				if err := db.AppendEvents(b.Context(), events); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				for {
					added, err := k.Append(b.Context())
					if err != nil {
						b.Fatal(err)
					}
					if added == 0 {
						break
					}
					sealed += added
				}
			}
			b.ReportMetric(float64(sealed)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
