package config

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/audit"
)

// Audit is how long events are kept, and how often a checkpoint is signed.
type Audit struct {
	Retention          []string
	CheckpointInterval time.Duration
}

const refusedEvents = "refused" // means the refusals of every type

func (a Audit) check() error {
	if a.CheckpointInterval < 10*time.Second || a.CheckpointInterval > 24*time.Hour {
		return errors.New("audit.checkpoint_interval must be between 10s and 1d (changes to events go unnoticed that long)")
	}
	_, err := a.Lifetimes()
	return err
}

// Lifetimes reads one life for all, and those of refusals and of single types: "400d", "refused=90d",
// "session.start=800d".
func (a Audit) Lifetimes() (audit.Retention, error) {
	r, said := audit.Retention{Types: map[string]time.Duration{}}, false
	for _, entry := range a.Retention {
		kind, text, named := strings.Cut(entry, "=")
		if !named {
			kind, text = "", entry
		}
		life, err := ParseDuration(text)
		switch {
		case err != nil:
			return r, fmt.Errorf("audit.retention: %w", err)
		case !named && said:
			return r, errors.New("audit.retention has two general values; give the second an event type, such as session.start=400d")
		case !named:
			r.Rest, said = life, true
		case kind == refusedEvents:
			r.Refused = life
		case strings.Count(kind, ".") != 1:
			return r, fmt.Errorf("audit.retention: %q is not an event type; use, for example, session.start=400d or refused=90d", kind)
		default:
			r.Types[kind] = life
		}
	}
	if !said {
		return r, errors.New("audit.retention has no general value; add one, for example 400d")
	}
	return r, nil
}
