package interaction_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/web"
)

// weighed is a store that knows how many bytes it was last given under each key.
type weighed struct {
	storage.Ephemeral
	mu    sync.Mutex
	bytes map[string]int
	puts  int
}

func (w *weighed) Put(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	w.mu.Lock()
	w.bytes[key] = len(value)
	w.puts++
	w.mu.Unlock()
	return w.Ephemeral.Put(ctx, key, value, ttl)
}

func (w *weighed) total() (sum int) {
	for _, n := range w.bytes {
		sum += n
	}
	return sum
}

func onEveryStore(t *testing.T, claim func(t *testing.T, w *weighed, s *interaction.Store)) {
	for name, store := range map[string]func() storage.Ephemeral{
		"memory": func() storage.Ephemeral { return ephemeral.NewMemory() },
		"redis": func() storage.Ephemeral {
			redis, err := ephemeral.NewRedis(t.Context(), storagetest.RedisURL(t))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { redis.Close() })
			return redis
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := &weighed{Ephemeral: store(), bytes: map[string]int{}}
			claim(t, w, &interaction.Store{Ephemeral: w, Browser: web.Browser{}})
		})
	}
}

// long is what a client asked in 40 KB, begun in a browser of its own.
func long(t *testing.T, s *interaction.Store) (*interaction.Request, *http.Request) {
	t.Helper()
	q := &interaction.Request{
		Handle: storage.NewID(""), CreatedAt: time.Now().UTC().Truncate(time.Millisecond), ClientID: "c_1", ClientName: "App", Scopes: []string{"openid"},
		Form: url.Values{"request_uri": {"urn:1"}, "authorization_details": {strings.Repeat("x", 40<<10)}}, RedirectURI: "https://app.example/cb",
	}
	w := httptest.NewRecorder()
	if err := s.Park(w, httptest.NewRequest(http.MethodGet, "/authorize", nil), q); err != nil {
		t.Fatal(err)
	}
	browser := httptest.NewRequest(http.MethodGet, "/", nil)
	for _, c := range w.Result().Cookies() {
		browser.AddCookie(c)
	}
	return q, browser
}

func TestLongRequestIsKeptOnceHoweverOftenItIsBegun(t *testing.T) {
	onEveryStore(t, func(t *testing.T, w *weighed, s *interaction.Store) {
		for range 200 {
			q, browser := long(t, s)
			if got, err := s.Open(browser, q.Handle); err != nil || !reflect.DeepEqual(got, q) {
				t.Fatalf("it came back as another: %v", err)
			}
		}
		if sum := w.total(); sum > 42<<10+200*512 {
			t.Errorf("%d bytes for 200 browsers", sum)
		}
	})
}

func TestWhatOneBrowserAddsIsItsOwn(t *testing.T) {
	onEveryStore(t, func(t *testing.T, w *weighed, s *interaction.Store) {
		one, first := long(t, s)
		other, second := long(t, s)
		one.Decision, one.DecidedBy, one.ShownTo, one.ChosenUser, one.Switching, one.HintSubject = interaction.Allowed, "u_1", "s_1", "u_1", true, "u_1"
		puts := w.puts
		if err := s.Update(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		if w.puts != puts+1 {
			t.Errorf("%d values were written", w.puts-puts)
		}
		for q, browser := range map[*interaction.Request]*http.Request{one: first, other: second} {
			if got, err := s.Open(browser, q.Handle); err != nil || !reflect.DeepEqual(got, q) {
				t.Errorf("%s came back as another: %v", q.Handle, err)
			}
		}
		one.Scopes = []string{"openid", "email"} // the client has changed meanwhile
		if err := s.Update(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Open(first, one.Handle); err != nil || len(got.Scopes) != 2 {
			t.Errorf("%+v, %v", got, err)
		}
		if got, err := s.Open(second, other.Handle); err != nil || len(got.Scopes) != 1 {
			t.Errorf("%+v, %v", got, err)
		}
		if err := s.Close(t.Context(), one.Handle); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Open(second, other.Handle); err != nil {
			t.Errorf("the end of one ended the other: %v", err)
		}
	})
}

func TestShortRequestIsOneValue(t *testing.T) {
	onEveryStore(t, func(t *testing.T, w *weighed, s *interaction.Store) {
		q := &interaction.Request{Handle: storage.NewID(""), CreatedAt: time.Now(), Form: url.Values{"state": {strings.Repeat("x", 2000)}}}
		if err := s.Park(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/authorize", nil), q); err != nil {
			t.Fatal(err)
		}
		if w.puts != 1 {
			t.Errorf("%d values", w.puts)
		}
	})
}
