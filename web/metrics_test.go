package web_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/symbolon-id/symbolon/web"
)

func exposition(m *web.Metrics) string {
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}

func TestRequestsAreMeasuredByRouteAndStatus(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	for range 3 {
		s.send(t, "GET", "/link/secret", "")
	}
	s.send(t, "GET", "/nowhere/secret", "")
	s.send(t, "POST", "/token", "%zz")
	s.log.records(t, 5)
	text := exposition(s.metrics)
	for _, want := range []string{
		`symbolon_http_request_seconds_count{code="200",route="GET /link/{token}"} 3`,
		`symbolon_http_request_seconds_count{code="404",route="unmatched"} 1`,
		`symbolon_http_request_seconds_count{code="400",route="POST /token"} 1`,
		"symbolon_http_requests_in_flight 0", "symbolon_build_info{", "go_goroutines", "process_open_fds",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(text, "secret") {
		t.Error("a path became a label")
	}
}

func TestEventsAreCounted(t *testing.T) {
	m := web.NewMetrics()
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			m.TokenIssued("client_credentials", "RS256")
			m.Login("magic_link", "ok")
			m.AuditEvent("token.issued", "success")
			m.Mail("sent")
		})
	}
	m.SigningEngine("go")
	group.Wait()
	text := exposition(m)
	for _, want := range []string{
		`symbolon_tokens_issued_total{alg="RS256",grant="client_credentials"} 50`,
		`symbolon_logins_total{method="magic_link",result="ok"} 50`,
		`symbolon_audit_events_total{outcome="success",type="token.issued"} 50`,
		`symbolon_mails_total{result="sent"} 50`,
		`symbolon_signing_engine_info{engine="go"} 1`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
}

func TestLabelsAreBounded(t *testing.T) {
	m := web.NewMetrics()
	for i := range 5000 {
		m.TokenIssued(fmt.Sprintf("grant-%d", i), "RS256")
	}
	text := exposition(m)
	if n := strings.Count(text, "symbolon_tokens_issued_total{"); n > 300 {
		t.Errorf("%d series", n)
	}
	if !strings.Contains(text, `symbolon_tokens_issued_total{alg="other",grant="other"} 4744`) {
		t.Error("what is too many is not counted as other")
	}
}
