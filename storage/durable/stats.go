package durable

import (
	"strings"
	"sync/atomic"
)

// Stats counts what reached the database since Open.
type Stats struct {
	Statements int64 // sent, reading and writing
	Writes     int64 // of these, the ones that can write
	Commits    int64 // transactions committed, and writes outside of one
}

type counters struct{ statements, writes, commits atomic.Int64 }

// Stats returns the counts since Open.
func (d *DB) Stats() Stats {
	return Stats{
		Statements: d.counters.statements.Load(),
		Writes:     d.counters.writes.Load(),
		Commits:    d.counters.commits.Load(),
	}
}

func (c *counters) statement(writes bool) {
	c.statements.Add(1)
	if writes {
		c.writes.Add(1)
	}
}

func writes(query string) bool { return !strings.HasPrefix(query, "SELECT") }
