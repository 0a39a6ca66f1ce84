package ephemeral

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

const memoryBytes = 64 << 20 // of keys and values together

// Memory keeps values in the process: for one node, until it stops. When it is full, those who
// hold the most make room.
type Memory struct {
	*Counts
	mu sync.Mutex // guards what follows
	ledger
}

var _ storage.Ephemeral = (*Memory)(nil)

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{Counts: NewCounts(), ledger: newLedger(memoryBytes)}
}

// Put stores a copy of value under key for ttl. A ttl that is over already stores nothing.
func (m *Memory) Put(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	now := m.Clock.Now()
	e := &entry{key: key, value: bytes.Clone(value), expires: now.Add(ttl)}
	if e.size() > m.room {
		return fmt.Errorf("put: value of %d bytes: %w", len(value), storage.ErrUnavailable)
	}
	name := m.whose(ctx)
	m.mu.Lock()
	defer m.mu.Unlock()
	if ttl <= 0 {
		m.remove(m.entries[key])
		return nil
	}
	m.enter(name, e, now)
	return nil
}

// Add notes key for ttl, or returns storage.ErrSpent when it has been noted. A ttl that is over
// already notes nothing.
func (m *Memory) Add(ctx context.Context, key string, ttl time.Duration) error {
	name, now := m.whose(ctx), m.Clock.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	if old, ok := m.entries[key]; ok && now.Before(old.expires) {
		return storage.ErrSpent
	}
	if ttl <= 0 {
		m.remove(m.entries[key])
		return nil
	}
	m.enter(name, &entry{key: key, expires: now.Add(ttl)}, now)
	return nil
}

// Get returns a copy of the value, or storage.ErrNotFound.
func (m *Memory) Get(_ context.Context, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.entries[key]
	if !ok || !m.Clock.Now().Before(e.expires) {
		return nil, storage.ErrNotFound
	}
	return bytes.Clone(e.value), nil
}

// Take returns the value and removes it, or storage.ErrNotFound.
func (m *Memory) Take(_ context.Context, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.entries[key]
	if !ok {
		return nil, storage.ErrNotFound
	}
	m.remove(e)
	if !m.Clock.Now().Before(e.expires) {
		return nil, storage.ErrNotFound
	}
	return e.value, nil
}
