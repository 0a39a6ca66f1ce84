package clients_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage/durable"
)

// farStore is a real store that can be out of reach.
type farStore struct {
	*durable.DB
	cut bool
}

func (s *farStore) TouchSecrets(ctx context.Context, used map[string]time.Time) error {
	if s.cut {
		return errors.New("line is cut")
	}
	return s.DB.TouchSecrets(ctx, used)
}

func TestLastUseSurvivesAnOutageOfTheStore(t *testing.T) {
	w := open(t)
	ctx := context.Background()
	issued := w.agent(t)
	far := &farStore{DB: w.db, cut: true}
	used := clients.NewLastUsed(far, slog.New(slog.DiscardHandler))
	first := time.Now().Truncate(time.Millisecond)
	var using sync.WaitGroup
	for range 8 {
		using.Go(func() { used.SecretUsed(issued.Secret.ID, first); used.Flush(ctx) })
	}
	using.Wait()
	far.cut = false
	used.Flush(ctx)
	secrets, err := w.agents.Secrets(ctx, issued.Client.ID)
	if err != nil || len(secrets) != 1 || !secrets[0].LastUsedAt.Equal(first) {
		t.Fatalf("%+v, %v; want last used %v", secrets, err, first)
	}
}
