package ephemeral

// Held is how many owners there are, and of how many values.
func (m *Memory) Held() (owners, values int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.owners.of), len(m.entries)
}
