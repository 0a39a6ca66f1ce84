package web_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/web"
)

func TestRecordHoldsNoQueryPathOrToken(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	const secret = "sesame-open-1234"
	s.send(t, "GET", "/link/"+secret+"?code="+secret, "", "Authorization: Bearer "+secret, "Cookie: c="+secret, "Referer: https://x/"+secret)
	s.send(t, "GET", "/nowhere/"+secret+"?token="+secret, "")
	s.send(t, "POST", "/token?x="+secret, "client_secret="+secret)
	s.send(t, "GET", "/link/"+secret+"/..", "")
	records := s.log.records(t, 4)
	if strings.Contains(strings.Join(records, "\n"), secret) {
		t.Error(records)
	}
	for i, route := range []string{"GET /link/{token}", "unmatched", "POST /token", "unmatched"} {
		if !strings.Contains(records[i], `"route":"`+route+`"`) {
			t.Errorf("%s: %s", route, records[i])
		}
	}
}

func TestUserAgentCannotForgeOrFloodTheLog(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	agent := "\x1b[31mred\u202e \xff\xfe\t" + strings.Repeat("A", 3000)
	s.raw(t, "GET /form HTTP/1.1\r\nHost: x\r\nConnection: close\r\nUser-Agent: Mozilla \u202e \xff\t"+strings.Repeat("A", 3000)+"\r\n\r\n")
	s.raw(t, "GET /form HTTP/1.1\r\nHost: x\r\nConnection: close\r\nUser-Agent: "+agent+"\r\n\r\n") // net/http refuses it
	record := record(t, s.log.records(t, 1)[0])
	got, _ := record["agent"].(string)
	if len(got) > 200 || !strings.HasPrefix(got, "Mozilla ? ??AAA") {
		t.Errorf("agent %q", got)
	}
}

func record(t *testing.T, line string) map[string]any {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal([]byte(line), &fields); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	return fields
}

func TestOneRecordTellsTheRequest(t *testing.T) {
	s := newSite(t, web.MuxOptions{}, func(m *web.Mux) {
		m.API("GET /noted/{id}", func(w http.ResponseWriter, r *http.Request) error {
			web.Annotate(r.Context(), slog.String("client", "c_1"), slog.Int("a", 1), slog.Int("b", 2))
			web.Annotate(r.Context(), slog.Int("c", 3), slog.Int("d", 4), slog.Int("e", 5), slog.Int("f", 6))
			return web.WriteJSON(w, http.StatusCreated, "ok")
		})
	})
	got := s.send(t, "GET", "/noted/7", "", "User-Agent: test")
	records := s.log.records(t, 1)
	if len(records) != 1 {
		t.Fatalf("%d records: %v", len(records), records)
	}
	fields := record(t, records[0])
	for name, want := range map[string]any{
		"msg": "request", "level": "INFO", "method": "GET", "route": "GET /noted/{id}", "status": 201.0, "bytes": 4.0,
		"ip": "127.0.0.1", "trace": got.Header.Get("X-Trace-Id"), "agent": "test", "client": "c_1", "a": 1.0, "f": 6.0,
	} {
		if fields[name] != want {
			t.Errorf("%s is %v, want %v", name, fields[name], want)
		}
	}
}

func TestCauseIsLoggedOnceAndOnlyWhenItIsOurFault(t *testing.T) {
	s := newSite(t, web.MuxOptions{}, func(m *web.Mux) {
		m.API("GET /refused", func(http.ResponseWriter, *http.Request) error {
			return &web.Error{Status: http.StatusBadRequest, Err: http.ErrNoCookie}
		})
	})
	s.send(t, "GET", "/broken", "")
	s.send(t, "GET", "/refused", "")
	records := s.log.records(t, 2)
	if strings.Count(records[0], "hunter2") != 1 || !strings.Contains(records[0], `"level":"ERROR"`) {
		t.Error(records[0])
	}
	if strings.Contains(records[1], http.ErrNoCookie.Error()) || !strings.Contains(records[1], `"level":"INFO"`) {
		t.Error(records[1])
	}
}

func TestAnnotateOutsideOfARequestDoesNothing(t *testing.T) {
	web.Annotate(t.Context(), slog.Int("a", 1))
	if id := web.TraceID(t.Context()); id != "" {
		t.Error(id)
	}
	if ip := web.ClientIP(t.Context()); ip.IsValid() {
		t.Error(ip)
	}
}
