package session

import (
	"slices"
	"sync"
)

const (
	maxMoved    = 10_000 // sessions; beyond them it begins anew, and a move may be told twice
	maxNetworks = 32     // of one session; beyond them the oldest is forgotten
)

// moves remembers what was told, so that a network a session moves to is told once and a session
// that stays there costs nothing.
type moves struct {
	mu   sync.Mutex
	told map[string][]string // id of a session → its networks
}

// first tells whether the session was not seen in this network before.
func (m *moves) first(id, network string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	networks := m.told[id]
	if slices.Contains(networks, network) {
		return false
	}
	if m.told == nil || len(m.told) >= maxMoved {
		m.told = map[string][]string{}
	}
	if len(networks) >= maxNetworks {
		networks = networks[1:]
	}
	m.told[id] = append(networks, network)
	return true
}

func (m *moves) forget(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.told, id)
}
