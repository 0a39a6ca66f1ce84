package outbound_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/outbound"
)

// names is a resolver that knows a few hosts and counts the questions.
type names struct {
	answers map[string][]netip.Addr
	asked   atomic.Int64
}

func (n *names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	n.asked.Add(1)
	if answers, ok := n.answers[strings.TrimSuffix(host, ".")]; ok && strings.HasSuffix(host, ".") {
		return answers, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

func addrs(texts ...string) []netip.Addr {
	var all []netip.Addr
	for _, text := range texts {
		all = append(all, netip.MustParseAddr(text))
	}
	return all
}

// site is a TLS server on loopback that calls itself app.example.com.
type site struct {
	*httptest.Server
	names *names
	hits  atomic.Int64
	clock atomic.Int64 // nanoseconds ahead
	dials atomic.Int64
}

func newSite(t *testing.T, answer http.HandlerFunc) *site {
	t.Helper()
	s := &site{names: &names{answers: map[string][]netip.Addr{"app.example.com": addrs("127.0.0.1")}}}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.hits.Add(1)
		answer(w, r)
	}))
	s.Config.ErrorLog = nil
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func (s *site) port() uint16 {
	return netip.MustParseAddrPort(s.Listener.Addr().String()).Port()
}

func (s *site) url(path string) string {
	return "https://app.example.com:" + strconv.Itoa(int(s.port())) + path
}

func (s *site) options() outbound.Options {
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return outbound.Options{
		Ports: []uint16{s.port()}, Resolver: s.names, Roots: roots,
		Allow: func(a netip.AddrPort) bool {
			return a.Addr().IsLoopback() && a.Addr().Is4() && s.dials.Add(1) > 0
		},
		Clock: func() time.Time { return time.Now().Add(time.Duration(s.clock.Load())) },
	}
}

func (s *site) client() *outbound.Client { return outbound.New(s.options()) }

// mustRefuse wants an *Error for this reason whose text gives nothing away.
func mustRefuse(t *testing.T, name string, err error, reason string) {
	t.Helper()
	var failed *outbound.Error
	if !errors.As(err, &failed) || failed.Reason != reason || failed.Error() != "the address could not be fetched" {
		t.Errorf("%s: %#v, want the reason %q", name, err, reason)
	}
}

func says(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) }

func TestOddURLsAreRefusedUnasked(t *testing.T) {
	s := newSite(t, says)
	client := s.client()
	for _, raw := range []string{
		"", "https://", "https:///x", "http://app.example.com/x", "HTTPS://app.example.com/x", "ftp://app.example.com/x",
		"//app.example.com/x", "https:app.example.com/x", "https:/app.example.com/x", "https://app.example.com",
		"https://app.example.com#f", "https://app.example.com/x#", "https://app.example.com/x#f",
		"https://user@app.example.com/x", "https://user:pw@app.example.com/x", "https://@app.example.com/x",
		"https://App.example.com/x", "https://app.example.COM/x", "https://app.example.com./x", "https://app..example.com/x",
		"https://.app.example.com/x", "https://-app.example.com/x", "https://app-.example.com/x", "https://app_1.example.com/x",
		"https://app.example.com:443/x", "https://app.example.com:/x", "https://app.example.com:0" + s.url("/x")[24:],
		"https://app.example.com:22/x", "https://app.example.com:99999/x",
		"https://app.example.com/a/../b", "https://app.example.com/./b", "https://app.example.com/%2e%2E/b", "https://app.example.com/..",
		"https://app.example.com/a b", "https://app.example.com/a\tb", "https://app.example.com/a\nb", "https://app.example.com\\@evil.example.com/x",
		"https://app.example.com/\\x", "https://app.example.com/%zz", "https://ap%70.example.com/x", "https://app%2eexample.com/x",
		"https://äpp.example.com/x", "https://app。example.com/x", "https://app.example.com/ä",
		"https://localhost/x", "https://localhost./x", "https://a.localhost/x", "https://ip6-localhost/x",
		"https://metadata.google.internal/x", "https://printer.local/x", "https://router.lan/x", "https://nas.home.arpa/x",
		"https://127.0.0.1/x", "https://93.184.216.34/x", "https://127.1/x", "https://0x7f.1/x", "https://0x7f000001/x", "https://2130706433/x",
		"https://017700000001/x", "https://1.2.3.0x4/x", "https://[::1]/x", "https://[::ffff:127.0.0.1]/x", "https://[fe80::1%25eth0]/x", "https://[v1.a]/x",
		"https://" + strings.Repeat("a", 64) + ".example.com/x", "https://" + strings.Repeat("a.", 130) + "com/x",
		"https://app.example.com/" + strings.Repeat("a", 2048),
	} {
		if _, err := client.Get(t.Context(), raw, outbound.Document()); err == nil {
			t.Errorf("%q passes", raw)
		}
	}
	if s.hits.Load()+s.names.asked.Load() != 0 {
		t.Error("somebody was asked")
	}
	for _, raw := range []string{"https://app.example.com/", "https://xn--pp-via.example.com/x?y=z", "https://a-1.example.com/%C3%A4/~u", s.url("/x")} {
		if _, err := client.Check(raw); err != nil {
			t.Errorf("%q is refused", raw)
		}
	}
}

func TestOnlyPublicAddressesArePublic(t *testing.T) {
	for _, text := range []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "168.63.129.16", "127.0.0.1", "127.255.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
		"192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
		"224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "fe80::1", "fe80::1%eth0", "2606:4700::1111%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "ff0e::1",
		"::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1", "::93.184.216.34", "2002:7f00:1::", "2002:a9fe:a9fe::",
		"64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1", "2001:20::1",
		"2001:db8::1", "3fff::1", "100::1", "5f00::1", "3ffe::1", "4000::1",
	} {
		if outbound.Public(netip.MustParseAddr(text)) {
			t.Errorf("%s passes", text)
		}
	}
	if outbound.Public(netip.Addr{}) {
		t.Error("no address passes")
	}
	for _, text := range []string{"93.184.216.34", "1.1.1.1", "172.32.0.1", "100.128.0.1", "::ffff:1.1.1.1", "2606:4700::1111", "2a00:1450:4001::200e", "2001:4860:4860::8888"} {
		if !outbound.Public(netip.MustParseAddr(text)) {
			t.Errorf("%s is refused", text)
		}
	}
}

func TestOneInnerAddressRefusesTheHost(t *testing.T) {
	s := newSite(t, says)
	o := s.options()
	o.Allow = nil // as in production
	client := outbound.New(o)
	for name, answers := range map[string][]netip.Addr{
		"inner":        addrs("127.0.0.1"),
		"inner mapped": addrs("::ffff:127.0.0.1"),
		"public first": addrs("93.184.216.34", "127.0.0.1"),
		"public last":  addrs("169.254.169.254", "93.184.216.34"),
		"6to4":         addrs("2002:7f00:1::"),
		"zone":         addrs("fe80::1%lo"),
	} {
		s.names.answers["app.example.com"] = answers
		_, err := client.Get(t.Context(), s.url("/"+url.PathEscape(name)), outbound.Document())
		mustRefuse(t, name, err, "address")
	}
	if s.hits.Load() != 0 {
		t.Error("the server was reached")
	}
}

func TestHostThatMovesInsideIsNotFollowed(t *testing.T) {
	s := newSite(t, says)
	o := s.options()
	asked := 0
	o.Allow = func(netip.AddrPort) bool { asked++; return asked == 1 } // fine when resolved, another when dialled
	_, err := outbound.New(o).Get(t.Context(), s.url("/"), outbound.Document())
	mustRefuse(t, "rebound", err, "address")
	if s.hits.Load() != 0 || asked != 2 {
		t.Errorf("reached %d times, address judged %d times", s.hits.Load(), asked)
	}
}

func TestOnlyStatus200IsAnAnswer(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		status, _ := strconv.Atoi(r.URL.Path[1:])
		w.Header().Set("Location", "/200")
		w.Header().Set("Refresh", "0; url=/200")
		w.Header().Set("Set-Cookie", "a=b")
		w.WriteHeader(status)
	})
	client := s.client()
	for _, status := range []int{201, 204, 206, 300, 301, 302, 303, 304, 307, 308, 400, 401, 404, 500, 503} {
		_, err := client.Get(t.Context(), s.url("/"+strconv.Itoa(status)), outbound.Document())
		mustRefuse(t, strconv.Itoa(status), err, "status "+strconv.Itoa(status))
	}
	if s.hits.Load() != 15 {
		t.Errorf("%d requests: a redirect was followed", s.hits.Load())
	}
}

func TestLargeBodiesAreCutOff(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/announced":
			w.Header().Set("Content-Length", "10737418240")
		case "/packed":
			w.Header().Set("Content-Encoding", "gzip")
		case "/fits":
			_, _ = w.Write(make([]byte, 5<<10))
			return
		}
		for range 5<<10 + 1 {
			if _, err := w.Write([]byte{'a'}); err != nil {
				return
			}
		}
	})
	client := s.client()
	for path, reason := range map[string]string{"/announced": "too large", "/streamed": "too large", "/packed": "content encoding"} {
		_, err := client.Get(t.Context(), s.url(path), outbound.Document())
		mustRefuse(t, path, err, reason)
	}
	if r, err := client.Get(t.Context(), s.url("/fits"), outbound.Document()); err != nil || len(r.Body) != 5<<10 {
		t.Errorf("a body of the size allowed: %v", err)
	}
	if _, err := client.Get(t.Context(), s.url("/streamed"), outbound.KeySet()); err != nil {
		t.Errorf("under other limits: %v", err)
	}
}

func TestSlowAnswersAreGivenUp(t *testing.T) {
	released := make(chan struct{})
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			_, _ = w.Write([]byte("{"))
			_ = http.NewResponseController(w).Flush()
		}
		select {
		case <-released:
		case <-r.Context().Done():
		}
	})
	defer close(released)
	for _, path := range []string{"/headers", "/body"} {
		_, err := s.client().Get(t.Context(), s.url(path), outbound.Limits{Body: 100, Time: 50 * time.Millisecond})
		mustRefuse(t, path, err, "timeout")
	}
}

func TestUnprovenServersAreRefused(t *testing.T) {
	s := newSite(t, says)
	s.names.answers["app.other.org"] = addrs("127.0.0.1")
	port := strconv.Itoa(int(s.port()))
	for name, c := range map[string]struct {
		url    string
		change func(o *outbound.Options)
		reason string
	}{
		"unknown authority": {s.url("/"), func(o *outbound.Options) { o.Roots = x509.NewCertPool() }, "certificate"},
		"another's":         {"https://app.other.org:" + port + "/", func(*outbound.Options) {}, "certificate"},
		"expired": {s.url("/"), func(o *outbound.Options) {
			o.Clock = func() time.Time { return time.Now().AddDate(200, 0, 0) }
		}, "certificate"},
		"unknown name": {"https://nobody.example.com:" + port + "/", func(*outbound.Options) {}, "name"},
	} {
		o := s.options()
		c.change(&o)
		_, err := outbound.New(o).Get(t.Context(), c.url, outbound.Document())
		mustRefuse(t, name, err, c.reason)
	}
	if _, err := s.client().Get(t.Context(), s.url("/"), outbound.Document()); err != nil {
		t.Errorf("unchanged: %v", err)
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	s := &site{names: &names{answers: map[string][]netip.Addr{"app.example.com": addrs("127.0.0.1")}}}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(says))
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	s.StartTLS()
	defer s.Close()
	if _, err := s.client().Get(t.Context(), s.url("/"), outbound.Document()); err == nil {
		t.Error("TLS 1.1 passes")
	}
}

func TestProxiesOfTheEnvironmentAreNotUsed(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	t.Setenv("ALL_PROXY", "http://127.0.0.1:1")
	s := newSite(t, says)
	if _, err := s.client().Get(t.Context(), s.url("/"), outbound.Document()); err != nil {
		t.Error(err)
	}
}

func TestRequestTellsNothingOfUs(t *testing.T) {
	var got http.Header
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "a=b; Path=/")
		w.Header().Set("Cache-Control", "no-store")
		got = r.Header
	})
	client := s.client()
	for range 2 {
		if _, err := client.Get(t.Context(), s.url("/"), outbound.Document()); err != nil {
			t.Fatal(err)
		}
	}
	for name := range got {
		if name != "Accept" && name != "User-Agent" && name != "Connection" {
			t.Errorf("it sends %s", name)
		}
	}
	if !strings.HasPrefix(got.Get("User-Agent"), "Symbolon ") {
		t.Error(got.Get("User-Agent"))
	}
}

func TestThousandCallersMakeOneRequest(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(50 * time.Millisecond) // so that they meet
		w.Header().Set("Cache-Control", "max-age=60")
		_, _ = w.Write([]byte("{}"))
	})
	client := s.client()
	var all sync.WaitGroup
	for range 1000 {
		all.Go(func() {
			if r, err := client.Get(t.Context(), s.url("/"), outbound.Document()); err != nil || string(r.Body) != "{}" {
				t.Errorf("%v", err)
			}
		})
	}
	all.Wait()
	if n := s.hits.Load(); n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestWhoGoesAwayLeavesTheRequestToTheOthers(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	s := newSite(t, func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-release
		_, _ = w.Write([]byte("{}"))
	})
	client := s.client()
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := client.Get(ctx, s.url("/"), outbound.Document())
		left <- err
	}()
	<-arrived
	stayed := make(chan error)
	go func() {
		_, err := client.Get(t.Context(), s.url("/"), outbound.Document())
		stayed <- err
	}()
	leave()
	if err := <-left; err == nil {
		t.Error("who left got an answer")
	}
	close(release)
	if err := <-stayed; err != nil {
		t.Errorf("who stayed: %v", err)
	}
}

func TestAnswersAreKeptAsCacheControlSays(t *testing.T) {
	for _, c := range []struct {
		name, control, age string
		after              time.Duration
		hits               int64
	}{
		{"no-store", "no-store", "", 0, 2},
		{"no-cache", "no-cache, max-age=60", "", 0, 2},
		{"private", "max-age=60, private", "", 0, 2},
		{"none left", "max-age=0", "", 0, 2},
		{"unreadable", "max-age=soon", "", 0, 2},
		{"negative", "max-age=-1", "", 0, 2},
		{"fresh", "public, MAX-AGE=60", "", 59 * time.Second, 1},
		{"stale", "max-age=60", "", 61 * time.Second, 2},
		{"aged", "max-age=60", "50", 11 * time.Second, 2},
		{"the shorter of two", "max-age=3600, s-maxage=60", "", 61 * time.Second, 2},
		{"a year, within a day", "max-age=31536000", "", 24*time.Hour - time.Minute, 1},
		{"a year, after a day", "max-age=31536000", "", 24*time.Hour + time.Minute, 2},
		{"silent", "", "", 61 * time.Second, 2},
		{"too many digits", "max-age=99999999999999999999999", "", time.Second, 2},
	} {
		s := newSite(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Cache-Control", c.control)
			w.Header().Set("Age", c.age)
		})
		client := s.client()
		for range 2 {
			if _, err := client.Get(t.Context(), s.url("/"), outbound.Document()); err != nil {
				t.Fatal(err)
			}
			s.clock.Add(int64(c.after))
		}
		if s.hits.Load() != c.hits {
			t.Errorf("%s: %d requests", c.name, s.hits.Load())
		}
	}
}

func TestFailuresAreForgottenWithinAMinute(t *testing.T) {
	var broken atomic.Bool
	s := newSite(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "max-age=3600")
		if broken.Load() {
			w.WriteHeader(http.StatusNotFound)
		}
	})
	client := s.client()
	broken.Store(true)
	for range 3 {
		_, err := client.Get(t.Context(), s.url("/"), outbound.Document())
		mustRefuse(t, "broken", err, "status 404")
	}
	if s.hits.Load() != 1 {
		t.Errorf("%d requests to what fails", s.hits.Load())
	}
	broken.Store(false)
	s.clock.Add(int64(time.Minute))
	if _, err := client.Get(t.Context(), s.url("/"), outbound.Document()); err != nil {
		t.Error(err)
	}
}

func TestManyAddressesDoNotFillTheMemory(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "max-age=3600")
		_, _ = w.Write(make([]byte, 200<<10))
	})
	client := s.client()
	known := 0
	for i := range 120 { // 24 MB
		if _, err := client.Get(t.Context(), s.url("/"+strconv.Itoa(i)), outbound.KeySet()); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 120 {
		if client.Known(s.url("/"+strconv.Itoa(i)), outbound.KeySet()) {
			known++
		}
	}
	if known == 0 || known*200<<10 > 16<<20 {
		t.Errorf("%d answers are kept", known)
	}
}

func TestPostTellsTheStatusAndFollowsNothing(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.PostFormValue("a") != "b c" {
			t.Errorf("%s %v", r.Method, r.PostForm)
		}
		http.Redirect(w, r, "/other", http.StatusTemporaryRedirect)
	})
	status, err := s.client().Post(t.Context(), s.url("/"), url.Values{"a": {"b c"}}, outbound.Document())
	if err != nil || status != http.StatusTemporaryRedirect || s.hits.Load() != 1 {
		t.Errorf("%d, %v, %d requests", status, err, s.hits.Load())
	}
	talker := newSite(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1<<20)) })
	if status, err := talker.client().Post(t.Context(), talker.url("/"), nil, outbound.Document()); err != nil || status != http.StatusOK {
		t.Errorf("a long answer: %d, %v", status, err)
	}
	if _, err := s.client().Post(t.Context(), "https://127.0.0.1/", nil, outbound.Document()); err == nil {
		t.Error("an address passes")
	}
}
