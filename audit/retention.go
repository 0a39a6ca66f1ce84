package audit

import "time"

// Retention is for how long events are kept; 0 is for good. Of what holds for an event the shortest
// counts, and Rest only where nothing else does.
type Retention struct {
	Types   map[string]time.Duration // by type
	Refused time.Duration            // refusals of any type
	Rest    time.Duration
}

// Of returns for how long events of this type are kept, whatever came of them.
func (r Retention) Of(eventType string) time.Duration {
	if own, named := r.Types[eventType]; named {
		return own
	}
	return r.Rest
}
