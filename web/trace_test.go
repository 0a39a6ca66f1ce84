package web_test

import (
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/web"
)

func TestMalformedTraceparentIsIgnored(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	for _, parent := range []string{
		"", "garbage", "00-00000000000000000000000000000000-b7ad6b7169203331-01", "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
		"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
		"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-zz", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
	} {
		got := s.send(t, "GET", "/form", "", "Traceparent: "+parent).Header.Get("X-Trace-Id")
		if len(got) != 32 || strings.Contains(strings.ToLower(parent), got) {
			t.Errorf("%q gave %q", parent, got)
		}
	}
}

func TestTraceOfTheCallerGoesOn(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	const trace = "0af7651916cd43dd8448eb211c80319c"
	seen := map[string]bool{}
	for range 3 { // whatever the caller chooses, no two requests have one id
		id := s.send(t, "GET", "/form", "", "Traceparent: 00-"+trace+"-b7ad6b7169203331-01").Header.Get("X-Trace-Id")
		if !strings.HasPrefix(id, trace+"-") || len(id) != len(trace)+17 || seen[id] {
			t.Errorf("trace %s", id)
		}
		seen[id] = true
	}
	if a, b := s.send(t, "GET", "/form", "").Header.Get("X-Trace-Id"), s.send(t, "GET", "/form", "").Header.Get("X-Trace-Id"); a == b {
		t.Errorf("two requests share %s", a)
	}
}
