package web_test

import (
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"testing"

	"github.com/symbolon-id/symbolon/web"
)

// silent is a site whose GET /ask waits for a host that says nothing until it is released.
type silent struct {
	*site
	waiting, release chan bool
}

func newSilent(t *testing.T, room *web.WaitingRoom, inFlight int) *silent {
	t.Helper()
	s := &silent{waiting: make(chan bool, 4096), release: make(chan bool)}
	s.site = newSite(t, web.MuxOptions{InFlight: inFlight, Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}, func(m *web.Mux) {
		m.API("GET /ask", func(w http.ResponseWriter, r *http.Request) error {
			leave, err := room.Enter(r.Context(), r.FormValue("url"))
			if err != nil {
				return err
			}
			s.waiting <- true
			<-s.release
			return leave()
		})
		m.API("GET /busy", func(w http.ResponseWriter, r *http.Request) error {
			s.waiting <- true
			<-s.release
			return nil
		})
		m.Published("GET /jwks", says("keys"))
	})
	return s
}

// ask sends n requests, each from the address and for the URL of its number, and returns their statuses.
func (s *silent) ask(t *testing.T, n int, path string, from, url func(i int) string) map[int]int {
	t.Helper()
	var mu sync.Mutex
	var all sync.WaitGroup
	statuses := map[int]int{}
	for i := range n {
		all.Go(func() {
			got := s.send(t, "GET", path+"?url="+url(i), "", "X-Forwarded-For: "+from(i))
			mu.Lock()
			defer mu.Unlock()
			statuses[got.StatusCode]++
		})
	}
	all.Wait()
	return statuses
}

func TestWhoWaitsForAnotherHostTakesNoPlace(t *testing.T) {
	s := newSilent(t, &web.WaitingRoom{PerURL: 50, PerNetwork: 50, All: 50}, 1)
	done := make(chan map[int]int)
	for range 50 { // one after the other: there is a single place
		go func() {
			done <- s.ask(t, 1, "/ask", func(int) string { return "192.0.2.1" }, strconv.Itoa)
		}()
		<-s.waiting
	}
	for range 20 {
		s.send(t, "POST", "/token", "a=1").must(t, "while 50 wait", http.StatusOK)
	}
	close(s.release)
	statuses := map[int]int{}
	for range 50 {
		for status, n := range <-done {
			statuses[status] += n
		}
	}
	if statuses[http.StatusOK]+statuses[http.StatusServiceUnavailable] != 50 || statuses[http.StatusOK] == 0 {
		t.Error(statuses)
	}
	s.send(t, "POST", "/token", "a=1").must(t, "afterwards", http.StatusOK)
}

// Of those who wait for one URL, of one network, of the larger one around it and of all, a few stay; the
// rest is answered while they wait.
func TestFewWaitTheRestIsRefusedAtOnce(t *testing.T) {
	const few, many = 3, 40
	number := strconv.Itoa
	for name, c := range map[string]struct {
		room      *web.WaitingRoom
		wait      int
		from, url func(i int) string
	}{
		"url":          {&web.WaitingRoom{PerURL: few, PerNetwork: many, All: many}, few, func(i int) string { return "10." + number(i) + ".0.1" }, func(int) string { return "u" }},
		"network":      {&web.WaitingRoom{PerURL: many, PerNetwork: few, All: many}, few, func(i int) string { return "192.0.2." + number(i) }, number},
		"wide network": {&web.WaitingRoom{PerURL: many, PerNetwork: few, All: many}, 4 * few, func(i int) string { return "10.1." + number(i) + ".1" }, number},
		"IPv6":         {&web.WaitingRoom{PerURL: many, PerNetwork: few, All: many}, 4 * few, func(i int) string { return "2001:db8:1:" + number(i) + "::1" }, number},
		"all":          {&web.WaitingRoom{PerURL: many, PerNetwork: many, All: few}, few, func(i int) string { return "10." + number(i) + ".0.1" }, number},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSilent(t, c.room, 0)
			done := make(chan map[int]int)
			go func() { done <- s.ask(t, many, "/ask", c.from, c.url) }()
			for range c.wait {
				<-s.waiting
			}
			s.log.records(t, many-c.wait) // the others have been answered already
			close(s.release)
			if got := <-done; got[http.StatusOK] != c.wait || got[http.StatusTooManyRequests] != many-c.wait {
				t.Errorf("%v, want %d to wait", got, c.wait)
			}
			if got := s.ask(t, 1, "/ask", c.from, c.url); got[http.StatusOK] != 1 {
				t.Errorf("afterwards %v", got)
			}
		})
	}
}

func TestWhatIsPublishedIsAnsweredHoweverBusy(t *testing.T) {
	s := newSilent(t, &web.WaitingRoom{}, 2)
	done := make(chan map[int]int)
	go func() {
		done <- s.ask(t, 2, "/busy", func(int) string { return "192.0.2.1" }, strconv.Itoa)
	}()
	<-s.waiting
	<-s.waiting
	s.send(t, "POST", "/token", "a=1").must(t, "full", http.StatusServiceUnavailable)
	s.send(t, "GET", "/jwks", "").must(t, "keys", http.StatusOK)
	close(s.release)
	<-done
}
