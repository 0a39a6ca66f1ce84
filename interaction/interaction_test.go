package interaction_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
	"github.com/symbolon-id/symbolon/web"
)

// parked returns a store, a request in it, and the browser that began it.
func parked(t *testing.T, age time.Duration) (*interaction.Store, *interaction.Request, *http.Request) {
	t.Helper()
	s := &interaction.Store{Ephemeral: ephemeral.NewMemory(), Browser: web.Browser{}}
	q := &interaction.Request{Handle: storage.NewID(""), CreatedAt: time.Now().Add(-age), Scopes: []string{"openid"}}
	w := httptest.NewRecorder()
	if err := s.Park(w, httptest.NewRequest(http.MethodGet, "/authorize", nil), q); err != nil {
		t.Fatal(err)
	}
	browser := httptest.NewRequest(http.MethodGet, "/", nil)
	for _, c := range w.Result().Cookies() {
		browser.AddCookie(c)
	}
	return s, q, browser
}

func TestOnlyTheBrowserThatBeganOpensARequest(t *testing.T) {
	s, q, browser := parked(t, 0)
	_, _, other := parked(t, 0)
	for name, r := range map[string]*http.Request{"no cookie": httptest.NewRequest(http.MethodGet, "/", nil), "another's": other} {
		if _, err := s.Open(r, q.Handle); !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, handle := range []string{"", "x", strings.ToLower(q.Handle), q.Handle + "A", storage.NewID(""), strings.Repeat("A", 1<<20)} {
		if _, err := s.Open(browser, handle); !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("%.30q: %v", handle, err)
		}
	}
	if got, err := s.Open(browser, q.Handle); err != nil || got.Handle != q.Handle || len(got.Scopes) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestClosedRequestIsGone(t *testing.T) {
	s, q, browser := parked(t, 0)
	if err := s.Close(t.Context(), q.Handle); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(browser, q.Handle); !errors.Is(err, storage.ErrNotFound) {
		t.Error(err)
	}
}

func TestAnUpdateDoesNotLengthenALife(t *testing.T) {
	s, q, _ := parked(t, interaction.Life-time.Second)
	q.CreatedAt = q.CreatedAt.Add(-time.Second)
	if err := s.Update(t.Context(), q); !errors.Is(err, storage.ErrNotFound) {
		t.Error(err)
	}
}

func TestWhoMustSignInAgain(t *testing.T) {
	now := time.Now()
	zero, hour := time.Duration(0), time.Hour
	for name, c := range map[string]struct {
		q      interaction.Request
		signed time.Time
		fresh  bool
	}{
		"prompt=login":                       {interaction.Request{Prompt: []string{"login"}}, now.Add(-time.Minute), true},
		"prompt=login, since the request":    {interaction.Request{Prompt: []string{"login"}}, now, false},
		"max_age=0":                          {interaction.Request{MaxAge: &zero}, now.Add(-time.Millisecond), true},
		"max_age over":                       {interaction.Request{MaxAge: &hour}, now.Add(-time.Hour - time.Second), true},
		"max_age not over":                   {interaction.Request{MaxAge: &hour}, now.Add(-time.Minute), false},
		"select_account":                     {interaction.Request{Prompt: []string{"select_account"}}, now.Add(-time.Minute), true},
		"select_account, chosen":             {interaction.Request{Prompt: []string{"select_account"}, ChosenUser: "u_ada"}, now.Add(-time.Minute), false},
		"select_account, another was chosen": {interaction.Request{Prompt: []string{"select_account"}, ChosenUser: "u_bob"}, now.Add(-time.Minute), true},
		"chosen does not answer login":       {interaction.Request{Prompt: []string{"login", "select_account"}, ChosenUser: "u_ada"}, now.Add(-time.Minute), true},
		"hint of another":                    {interaction.Request{HintSubject: "u_bob"}, now.Add(-time.Minute), true},
		"hint of another, just signed in":    {interaction.Request{HintSubject: "u_bob"}, now, true},
		"hint":                               {interaction.Request{HintSubject: "u_ada"}, now.Add(-time.Minute), false},
		"nothing":                            {interaction.Request{}, now.Add(-time.Hour), false},
	} {
		c.q.CreatedAt = now
		if got := c.q.Fresh("u_ada", c.signed.Truncate(time.Millisecond), now); got != c.fresh {
			t.Errorf("%s: %v", name, got)
		}
	}
}
