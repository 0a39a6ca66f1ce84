package web

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// WaitingRoom is where requests wait for hosts that strangers may have chosen: outside of the gate, so
// that they take no place of others, and few of them, because each costs its connection and memory.
type WaitingRoom struct {
	PerURL     int // requests that wait for the same answer
	PerNetwork int // requests of one network; of the wide network around it, four times as many
	All        int

	mu      sync.Mutex // guards waiting
	waiting map[string]int
}

// Enter lets the request of ctx wait for url, or returns a 429 *Error. Leave ends the wait; its error
// is a 503 *Error when the server is too busy to go on. What is no request waits freely.
func (w *WaitingRoom) Enter(ctx context.Context, url string) (leave func() error, err error) {
	x := exchangeOf(ctx)
	if x == nil {
		return func() error { return nil }, nil
	}
	seats := map[string]int{
		"all": w.All, "url " + url: w.PerURL,
		"network " + Network(x.ip): w.PerNetwork, "wide " + WideNetwork(x.ip): 4 * w.PerNetwork,
	}
	if !w.sit(seats) {
		return nil, &Error{Status: http.StatusTooManyRequests, RetryAfter: time.Second}
	}
	x.place.stepOut()
	return func() error {
		w.stand(seats)
		return x.place.stepIn()
	}, nil
}

// sit takes all seats or none.
func (w *WaitingRoom) sit(seats map[string]int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for seat, most := range seats {
		if w.waiting[seat] >= most {
			return false
		}
	}
	if w.waiting == nil {
		w.waiting = map[string]int{}
	}
	for seat := range seats {
		w.waiting[seat]++
	}
	return true
}

func (w *WaitingRoom) stand(seats map[string]int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for seat := range seats {
		if w.waiting[seat]--; w.waiting[seat] == 0 {
			delete(w.waiting, seat)
		}
	}
}
