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

// For returns for how long an event is kept; 0 is for good.
func (r Retention) For(eventType, outcome string) time.Duration {
	life := r.Of(eventType)
	if outcome == Refused && r.Refused > 0 && (life == 0 || r.Refused < life) {
		return r.Refused
	}
	return life
}

// Longest returns for how long any event may be kept; 0 is for good.
func (r Retention) Longest() time.Duration {
	longest := r.Rest
	for _, life := range r.Types {
		if life == 0 || longest == 0 {
			return 0
		}
		longest = max(longest, life)
	}
	return longest
}
