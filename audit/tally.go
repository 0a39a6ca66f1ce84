package audit

import (
	"sync"
	"time"
)

// tally stores what can be repeated without end as one event with a count: the first of a kind is a row at
// once, the others of its window only add to it. However much is sent, no more rows are made than the
// bounds allow.
type tally struct {
	window     time.Duration
	most       int // kinds at once; beyond them a kind says neither where from nor about whom
	perNetwork int // of these, from one network; beyond them a kind does not say about what; 0: networks are
	// all one, and beyond most, up to twice as many kinds still name the client

	mu       sync.Mutex // guards what follows
	events   map[kind]*Event
	networks map[string]int // kinds of each
}

// kind is what makes two events the same one: what they say, without what each has of its own.
type kind struct {
	Event
	network string
}

func newTally(window time.Duration, most, perNetwork int) *tally {
	return &tally{window: window, most: most, perNetwork: perNetwork, events: map[kind]*Event{}, networks: map[string]int{}}
}

// count adds e, which came from network at now. The first of its kind is completed, returned and to be
// stored; whatever it takes the place of is returned as well when its count was not stored yet.
func (t *tally) count(e Event, network string, now time.Time, complete func(*Event)) (first bool, _ Event, over []Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.perNetwork == 0 {
		network = ""
	}
	k := kindOf(e, network)
	if t.fold(&k) {
		e = k.Event
	}
	last, known := t.events[k]
	if known && now.Sub(last.At) < t.window {
		last.Count++
		return false, e, nil
	}
	if known {
		over = t.close(k, over)
	}
	complete(&e)
	if k.network != network || t.perNetwork == 0 {
		e.IP = ""
	}
	kept := e
	t.events[k] = &kept
	t.networks[k.network]++
	return true, e, over
}

func kindOf(e Event, network string) kind {
	e.ID, e.At, e.IP, e.TraceID, e.Count = "", time.Time{}, "", "", 0
	return kind{e, network}
}

// fold makes k say less when there is no room for what it says, and reports whether it did.
func (t *tally) fold(k *kind) bool {
	if t.knows(*k) {
		return false
	}
	user, client := k.UserID, k.ClientID
	crowded := t.perNetwork > 0 && t.networks[k.network] >= t.perNetwork
	if crowded {
		*k = kind{k.coarse(), k.network}
		k.UserID = user
	}
	if t.knows(*k) || len(t.events) < t.most {
		return crowded
	}
	if t.perNetwork == 0 {
		*k = kind{k.coarse(), ""}
		k.ClientID = client
		if t.knows(*k) || len(t.events) < 2*t.most {
			return true
		}
	}
	*k = kind{Event: k.coarse()}
	return true
}

// coarse returns e without what a client or an anonymous caller can vary.
func (e Event) coarse() Event {
	return Event{Type: e.Type, Outcome: e.Outcome, Reason: e.Reason, Method: e.Method}
}

func (t *tally) knows(k kind) bool {
	_, known := t.events[k]
	return known
}

// over ends and returns the counts whose window is over at now, all of them when it is zero.
func (t *tally) over(now time.Time) (over []Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for k, e := range t.events {
		if now.IsZero() || now.Sub(e.At) >= t.window {
			over = t.close(k, over)
		}
	}
	return over
}

// close expects mu to be held. A count of one is stored already.
func (t *tally) close(k kind, over []Event) []Event {
	e := t.events[k]
	delete(t.events, k)
	if t.networks[k.network]--; t.networks[k.network] == 0 {
		delete(t.networks, k.network)
	}
	if e.Count > 1 {
		over = append(over, *e)
	}
	return over
}
