package ephemeral

import (
	"container/list"
	"time"
)

// entry is one value, or one rate-limit count, and when it stops to matter.
type entry struct {
	key     string
	value   []byte
	held    int // bytes of a value that is kept elsewhere
	expires time.Time
	place   int // in the heap
	owner   *owner
	turn    *list.Element // among the owner's
}

func (e *entry) size() int { return len(e.key) + len(e.value) + e.held + entryOverhead }

func (e *entry) before(other *entry) bool { return e.expires.Before(other.expires) }
func (e *entry) at(place int)             { e.place = place }
