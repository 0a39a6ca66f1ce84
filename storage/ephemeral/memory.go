package ephemeral

import (
	"bytes"
	"container/heap"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

const (
	memoryBytes   = 64 << 20 // of keys and values together
	entryOverhead = 256      // what the map, the heaps, the list and the entry cost beside key and value
)

// Memory keeps values in the process: for one node, and gone when it stops. When it is full, the
// oldest value of the owner who holds the most makes room: a flood costs whoever sends it their own
// values, before anybody else's and long before the server. While there is room nobody is limited.
type Memory struct {
	*Counts
	// Owner says whose the value is that a context puts, such as the network its request came from;
	// nil: all are one's.
	Owner func(ctx context.Context) string

	mu      sync.Mutex
	entries map[string]*entry
	expiry  ranking[*entry]
	owners  owners
	bytes   int
	room    int // bytes allowed
}

var _ storage.Ephemeral = (*Memory)(nil)

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{Counts: NewCounts(), entries: map[string]*entry{}, owners: owners{of: map[string]*owner{}}, room: memoryBytes}
}

// Put stores a copy of value under key for ttl. A ttl that is over already stores nothing.
func (m *Memory) Put(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	now := m.Now()
	e := &entry{key: key, value: bytes.Clone(value), expires: now.Add(ttl)}
	if e.size() > m.room {
		return fmt.Errorf("put: value of %d bytes: %w", len(value), storage.ErrUnavailable)
	}
	name := m.whose(ctx)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.remove(m.entries[key])
	if ttl > 0 {
		m.keep(name, e, now)
	}
	return nil
}

// Add notes key for ttl, or tells storage.ErrSpent when it has been noted. A ttl that is over
// already notes nothing.
func (m *Memory) Add(ctx context.Context, key string, ttl time.Duration) error {
	name, now := m.whose(ctx), m.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	if old, ok := m.entries[key]; ok && now.Before(old.expires) {
		return storage.ErrSpent
	}
	m.remove(m.entries[key])
	if ttl > 0 {
		m.keep(name, &entry{key: key, expires: now.Add(ttl)}, now)
	}
	return nil
}

func (m *Memory) whose(ctx context.Context) string {
	if m.Owner == nil {
		return ""
	}
	return m.Owner(ctx)
}

func (m *Memory) keep(name string, e *entry, now time.Time) {
	m.makeRoom(e.size(), now)
	m.entries[e.key] = e
	m.bytes += e.size()
	heap.Push(&m.expiry, e)
	m.owners.add(name, e)
}

// Get returns a copy of the value, or storage.ErrNotFound.
func (m *Memory) Get(_ context.Context, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.entries[key]
	if !ok || !m.Now().Before(e.expires) {
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
	if !m.Now().Before(e.expires) {
		return nil, storage.ErrNotFound
	}
	return e.value, nil
}

// makeRoom drops what has expired and then, until size fits, the oldest of whoever holds the most.
func (m *Memory) makeRoom(size int, now time.Time) {
	for len(m.expiry) > 0 && !now.Before(m.expiry[0].expires) {
		m.remove(m.expiry[0])
	}
	for m.bytes+size > m.room {
		m.remove(m.owners.richest().oldest())
	}
}

func (m *Memory) remove(e *entry) {
	if e == nil {
		return
	}
	delete(m.entries, e.key)
	heap.Remove(&m.expiry, e.place)
	m.owners.drop(e)
	m.bytes -= e.size()
}
