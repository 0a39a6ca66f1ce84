package registration_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/registration"
	"github.com/symbolon-id/symbolon/web"
)

const otherKeys = `{"keys":[{"kty":"EC","crv":"P-256","kid":"2","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}`

// keySets are those of clients that publish them at the site.
func (s *site) keySets() *registration.KeySets {
	return &registration.KeySets{Fetch: s.fetcher(), Limiter: web.Limiter{Counter: newCounter()}}
}

// has wants the set to be of the key with this id, "" for none.
func (s *site) has(t *testing.T, k *registration.KeySets, kid string, anew bool) {
	t.Helper()
	jwks, err := k.KeySet(t.Context(), s.url("/keys"), anew)
	if kid == "" {
		if err == nil || strings.Contains(err.Error(), "example.com") || strings.Contains(err.Error(), "status") {
			t.Errorf("%s, %v", jwks, err)
		}
		return
	}
	if err != nil || !strings.Contains(string(jwks), `"kid":"`+kid+`"`) {
		t.Errorf("%s, %v", jwks, err)
	}
}

func (s *site) later(d time.Duration) { s.clock.Add(int64(d)) }

func TestKeysThatCannotBeHadAreNone(t *testing.T) {
	for name, change := range map[string]func(s *site){
		"taken off":    func(s *site) { s.status = http.StatusNotFound },
		"down":         func(s *site) { s.status = http.StatusBadGateway },
		"elsewhere":    func(s *site) { s.status = http.StatusFound; s.header.Set("Location", s.url("/other")) },
		"no JSON":      func(s *site) { s.keys = "<html>" },
		"a list":       func(s *site) { s.keys = "[]" },
		"keys twice":   func(s *site) { s.keys = `{"keys":[],"keys":[]}` },
		"endless":      func(s *site) { s.keys = `{"x":"` + strings.Repeat("x", 300<<10) + `"}` },
		"not compress": func(s *site) { s.header.Set("Content-Encoding", "gzip") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.set(func() { s.keys = goodKeys; change(s) })
			s.has(t, s.keySets(), "", false)
		})
	}
	s := newSite(t)
	for _, uri := range []string{"http://app.example.com/keys", "https://127.0.0.1/keys", "https://localhost/keys", "https://app.internal/keys", "file:///etc/passwd", "https://u:p@app.example.com/keys"} {
		if jwks, err := s.keySets().KeySet(t.Context(), uri, false); err == nil {
			t.Errorf("%s: %s", uri, jwks)
		}
	}
	if s.hits.Load() != 0 {
		t.Errorf("%d requests", s.hits.Load())
	}
}

func TestThousandCallersFetchTheKeysOnce(t *testing.T) {
	s := newSite(t)
	s.set(func() { s.keys = goodKeys; s.header.Set("Cache-Control", "max-age=60") })
	k := s.keySets()
	var all sync.WaitGroup
	for i := range 1000 {
		all.Go(func() {
			if _, err := k.KeySet(t.Context(), s.url("/keys"), i%2 == 0); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	s.has(t, k, "1", false)
	if n := s.hits.Load(); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// A site that lets nobody keep its keys is asked for each ten seconds, not for each request.
func TestKeysThatNobodyMayKeepAreKeptForAMoment(t *testing.T) {
	s := newSite(t) // which says no-store
	s.set(func() { s.keys = goodKeys })
	k := s.keySets()
	for range 20 {
		s.has(t, k, "1", false)
	}
	s.later(11 * time.Second)
	s.has(t, k, "1", false)
	if n := s.hits.Load(); n != 2 {
		t.Errorf("%d requests", n)
	}
}

func TestMissingKeyIsAskedForAtMostSoOften(t *testing.T) {
	for _, control := range []string{"max-age=86400", "no-store"} {
		s := newSite(t)
		s.set(func() { s.keys = goodKeys; s.header.Set("Cache-Control", control) })
		k := s.keySets()
		s.has(t, k, "1", false)
		s.set(func() { s.keys = otherKeys })
		s.has(t, k, "1", false)
		for range 20 {
			s.has(t, k, "2", true) // at once: a client that has changed its key does not wait
		}
		s.set(func() { s.keys = goodKeys })
		for range 20 {
			s.has(t, k, "2", true)
		}
		if n := s.hits.Load(); n != 2 {
			t.Errorf("%s: %d requests", control, n)
		}
		s.later(11 * time.Second)
		s.has(t, k, "1", true)
		if n := s.hits.Load(); n != 3 {
			t.Errorf("%s: %d requests", control, n)
		}
	}
}

// Of many who miss the same key at once nobody is turned away.
func TestAllWhoMissAKeyGetIt(t *testing.T) {
	s := newSite(t)
	s.set(func() { s.keys = goodKeys; s.header.Set("Cache-Control", "max-age=86400") })
	k := s.keySets()
	s.has(t, k, "1", false)
	s.set(func() { s.keys = otherKeys })
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() { s.has(t, k, "2", true) })
	}
	all.Wait()
	if n := s.hits.Load(); n != 2 {
		t.Errorf("%d requests", n)
	}
}

func TestKnownKeysOutliveAnOutageForAnHour(t *testing.T) {
	s := newSite(t)
	s.set(func() { s.keys = goodKeys; s.header.Set("Cache-Control", "max-age=60") })
	k := s.keySets()
	s.has(t, k, "1", false)
	s.set(func() { s.status = http.StatusServiceUnavailable })
	s.later(2 * time.Minute)
	s.has(t, k, "1", false)
	s.has(t, k, "1", true)
	s.later(time.Hour)
	s.has(t, k, "", false)
	s.set(func() { s.status = http.StatusOK })
	s.later(time.Minute)
	s.has(t, k, "1", false)
	s.set(func() { s.status = http.StatusNotFound }) // no outage: they are gone
	s.later(2 * time.Minute)
	s.has(t, k, "", false)
}

func TestKeySetThatIsNoneIsNotKept(t *testing.T) {
	s := newSite(t)
	s.set(func() { s.keys = "<html>"; s.header.Set("Cache-Control", "max-age=86400") })
	k := s.keySets()
	for range 5 {
		s.has(t, k, "", false)
	}
	if n := s.hits.Load(); n != 1 {
		t.Errorf("%d requests for what is broken", n)
	}
	s.set(func() { s.keys = goodKeys })
	s.later(31 * time.Second)
	s.has(t, k, "1", false)
}

func TestOneNetworkCannotMakeUsAskForKeysWithoutEnd(t *testing.T) {
	s := newSite(t)
	s.set(func() { s.keys = goodKeys })
	k, begun := s.keySets(), time.Now()
	for i := range 1000 {
		_, _ = k.KeySet(t.Context(), s.url("/keys?"+strings.Repeat("x", i+1)), false)
	}
	if n, most := s.hits.Load(), 610+int64(10*time.Since(begun).Seconds()); n == 0 || n > most {
		t.Errorf("%d requests, of at most %d", n, most)
	}
}
