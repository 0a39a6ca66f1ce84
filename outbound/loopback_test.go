package outbound_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/outbound"
)

func TestThisMachineIsAskedOnlyWhenToldTo(t *testing.T) {
	hits := 0
	here := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits++
		says(w, r)
	}))
	defer here.Close()
	port := here.URL[strings.LastIndex(here.URL, ":"):]
	for _, origin := range []string{"http://127.0.0.1", "http://localhost", "https://localhost", "http://[::1]"} {
		if _, err := outbound.New(outbound.Options{}).Get(t.Context(), origin+port+"/", outbound.Document()); err == nil {
			t.Errorf("%s is asked in production", origin)
		}
	}
	if hits != 0 {
		t.Fatal("production asked this machine")
	}
	dev := outbound.New(outbound.Options{Loopback: true})
	for i, origin := range []string{"http://127.0.0.1", "http://localhost"} {
		if _, err := dev.Get(t.Context(), origin+port+"/", outbound.Document()); err != nil || hits != i+1 {
			t.Errorf("%s: %v, %d requests", origin, err, hits)
		}
	}
	if status, err := dev.Post(t.Context(), here.URL+"/", nil, outbound.Document()); err != nil || status != http.StatusOK {
		t.Errorf("post: %d %v", status, err)
	}
}

func TestLoopbackOpensNothingElse(t *testing.T) {
	s := newSite(t, says)
	o := s.options()
	o.Allow, o.Loopback = nil, true
	client := outbound.New(o)
	for _, raw := range []string{
		"http://app.example.com/x", "http://192.168.1.1/x", "http://10.0.0.1/x", "http://169.254.169.254/x", "http://0.0.0.0/x", "http://127.0.0.2/x",
		"http://localhost./x", "http://a.localhost/x", "http://LOCALHOST/x", "HTTP://localhost/x", "http://2130706433/x", "http://[::ffff:127.0.0.1]/x",
		"http://u@localhost/x", "http://localhost/../x", "http://localhost/x#f", "ftp://localhost/x", "http:localhost", "http://localhost",
	} {
		if _, err := client.Check(raw); err == nil {
			t.Errorf("%q passes", raw)
		}
	}
	_, err := client.Get(t.Context(), s.url("/"), outbound.Document()) // a name on the internet that leads here
	mustRefuse(t, "a name that leads here", err, "address")
	if s.hits.Load() != 0 {
		t.Error("the server was reached")
	}
}
