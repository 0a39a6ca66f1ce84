package session

import (
	"slices"
	"sync"
)

const (
	maxMoved    = 10_000 // sessions; beyond them it begins anew, and a move may be reported twice
	maxNetworks = 32     // of one session; beyond them the oldest is forgotten
)

// moves remembers what was reported, so that a network a session moves to is reported once and a session
// that stays there costs nothing.
type moves struct {
	mu   sync.Mutex
	seen map[string][]string // id of a session → its networks
}

// first reports whether the session was not seen in this network before.
func (m *moves) first(id, network string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	networks := m.seen[id]
	if slices.Contains(networks, network) {
		return false
	}
	if m.seen == nil || len(m.seen) >= maxMoved {
		m.seen = map[string][]string{}
	}
	if len(networks) >= maxNetworks {
		networks = networks[1:]
	}
	m.seen[id] = append(networks, network)
	return true
}

func (m *moves) forget(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.seen, id)
}
