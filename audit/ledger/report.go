package ledger

import (
	"fmt"
	"time"
)

// Fault is the first thing that is not as it was recorded.
type Fault struct {
	What    string `json:"what"` // changed, missing or added
	EventID string `json:"event_id,omitempty"`
	Leaf    int64  `json:"leaf,omitempty"`
	Why     string `json:"why"`
}

// What was done to an event.
const (
	Changed = "changed"
	Missing = "missing"
	Added   = "added"
)

func (f *Fault) Error() string {
	subject := "the log"
	if f.EventID != "" {
		subject = "event " + f.EventID
	}
	if f.Leaf > 0 {
		subject += fmt.Sprintf(" (leaf %d)", f.Leaf)
	}
	verb := " was "
	if f.What == Missing {
		verb = " is "
	}
	return subject + verb + f.What + ": " + f.Why
}

// Report says what was verified.
type Report struct {
	Checkpoint string    `json:"checkpoint"` // empty: there is none yet
	Size       int64     `json:"size"`       // leaves under the checkpoint
	At         time.Time `json:"at"`         // of the checkpoint
	Verified   int64     `json:"verified"`   // events that are as they were recorded
	Removed    int64     `json:"removed"`    // events that retention has removed
	New        int64     `json:"new"`        // events, or counts of events, that no checkpoint covers yet
}
