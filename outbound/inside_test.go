package outbound_test

import (
	"net/netip"
	"strconv"
	"testing"

	"github.com/symbolon-id/symbolon/outbound"
)

func inside(t *testing.T, list ...string) outbound.Inside {
	t.Helper()
	in, err := outbound.ParseInside(list)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestListsThatOpenTooMuchOrNothingAreRefused(t *testing.T) {
	for _, text := range []string{
		"", " ", "https://apps.corp.example", "apps.corp.example/", "apps.corp.example/x", "Apps.corp.example", "apps.corp.example.", ".corp.example",
		"*.corp.example", "*", "apps_1.corp.example", "apps..example", "user@apps.corp.example", "apps.corp.example:", "apps.corp.example:0", "apps.corp.example:08443",
		"apps.corp.example:99999", "apps.corp.example:https", "apps.corp.example#x", "apps.corp.example?x", "äpp.example", "a b",
		"127.1", "0x7f.0.0.1", "2130706433", "::1", "[::ffff:10.0.0.1]", "[fe80::1%25eth0]", "[FD12::1]",
		"10.0.0.0/33", "10.0.0.1/8", "0.0.0.0/0", "::/0", "::ffff:10.0.0.0/104", "10.0.0.0/08", "fe80::%eth0/10",
		"169.254.0.0/16", "169.254.169.254/32", "169.254.169.254", "169.254.169.254:8443", "[fd00:ec2::254]", "fd00:ec2::/32", "fe80::/10", "100.100.100.200",
		"0.0.0.0", "[::]", "224.0.0.1", "64:ff9b::a9fe:a9fe/128", "2002:a9fe:a9fe::/48", "[64:ff9b::a9fe:a9fe]",
	} {
		if _, err := outbound.ParseInside([]string{"apps.corp.example", text}); err == nil {
			t.Errorf("%q passes", text)
		}
	}
}

func TestOnlyWhatIsListedIsAskedInside(t *testing.T) {
	client := outbound.New(outbound.Options{Inside: inside(t, "corp", "wiki", "apps.corp.example", "apps.corp.example:8443", "tls.example:443", "10.0.0.7", "10.0.0.7:9443", "[fd12::1]:9443", "192.168.0.0/16")})
	for _, raw := range []string{
		"https://corp/x", "https://wiki.corp/x", "https://a.b.corp/x", "https://wiki/x", "https://apps.corp.example/x", "https://apps.corp.example:8443/x",
		"https://a.apps.corp.example:8443/x", "https://tls.example/x", "https://10.0.0.7/x", "https://10.0.0.7:9443/x", "https://[fd12::1]:9443/x", "https://public.example/x",
	} {
		if _, err := client.Check(raw); err != nil {
			t.Errorf("%q is refused", raw)
		}
	}
	for _, raw := range []string{
		"http://wiki.corp/x", "http://10.0.0.7/x", "https://xcorp/x", "https://notwiki/x", "https://corp.internal/x", "https://wiki.corp:8443/x", "https://apps.corp.example:443/x",
		"https://apps.corp.example:9443/x", "https://apps.corp.example:/x", "https://Apps.corp.example/x", "https://apps.corp.example./x", "https://a_b.apps.corp.example/x",
		"https://-.corp/x", "https://u@apps.corp.example/x", "https://1.10.0.0.7/x", "https://a.10.0.0.7/x", "https://10.0.0.8/x", "https://192.168.1.1/x", "https://[fd12::1]/x",
		"https://[fd12::2]:9443/x", "https://[fd12:0::1]:9443/x", "https://010.0.0.7/x", "https://localhost/x", "https://printer.local/x",
	} {
		if _, err := client.Check(raw); err == nil {
			t.Errorf("%q passes", raw)
		}
	}
}

func TestHostLeadsInsideOnlyWhenItOrItsNetworkIsListed(t *testing.T) {
	s := newSite(t, says)
	port := strconv.Itoa(int(s.port()))
	for name, c := range map[string]struct {
		list    []string
		answers []netip.Addr
		reached bool
	}{
		"nothing listed":          {nil, addrs("127.0.0.1"), false},
		"another host":            {[]string{"other.example.com:" + port}, addrs("127.0.0.1"), false},
		"another port":            {[]string{"app.example.com"}, addrs("127.0.0.1"), false},
		"another network":         {[]string{"10.0.0.0/8"}, addrs("127.0.0.1"), false},
		"one address outside":     {[]string{"127.0.0.0/8"}, addrs("127.0.0.1", "10.0.0.1"), false},
		"metadata by its host":    {[]string{"app.example.com:" + port}, addrs("169.254.169.254"), false},
		"metadata as well":        {[]string{"app.example.com:" + port}, addrs("127.0.0.1", "fd00:ec2::254"), false},
		"metadata by its network": {[]string{"fd00::/8", "127.0.0.0/8"}, addrs("fd00:ec2::254", "127.0.0.1"), false},
		"metadata behind NAT64":   {[]string{"64:ff9b::/96", "127.0.0.0/8"}, addrs("64:ff9b::a9fe:a9fe", "127.0.0.1"), false},
		"link-local":              {[]string{"app.example.com:" + port}, addrs("fe80::1"), false},
		"a zone":                  {[]string{"fd00::/8"}, addrs("fd12::1%lo"), false},
		"its network":             {[]string{"127.0.0.0/8"}, addrs("127.0.0.1"), true},
		"its network, mapped":     {[]string{"127.0.0.0/8"}, addrs("::ffff:127.0.0.1"), true},
		"its name":                {[]string{"app.example.com:" + port}, addrs("127.0.0.1"), true},
		"a name above it":         {[]string{"example.com:" + port}, addrs("127.0.0.1"), true},
	} {
		o := s.options()
		o.Allow, o.Inside, s.names.answers["app.example.com"] = nil, inside(t, c.list...), c.answers
		if name == "another port" {
			o.Ports = nil
		}
		before := s.hits.Load()
		_, err := outbound.New(o).Get(t.Context(), s.url("/"), outbound.Document())
		if (err == nil) != c.reached || (s.hits.Load() > before) != c.reached {
			t.Errorf("%s: %v, reached %v", name, err, s.hits.Load() > before)
		}
	}
}

func TestListedAddressIsAskedWithoutAName(t *testing.T) {
	s := newSite(t, says)
	o := s.options()
	o.Allow, o.Ports, o.Inside = nil, nil, inside(t, s.Listener.Addr().String())
	if _, err := outbound.New(o).Get(t.Context(), s.URL+"/", outbound.Document()); err != nil || s.names.asked.Load() != 0 {
		t.Errorf("%v, the resolver was asked %d times", err, s.names.asked.Load())
	}
	o.Roots = nil // its certificate is judged like any other
	_, err := outbound.New(o).Get(t.Context(), s.URL+"/", outbound.Document())
	mustRefuse(t, "unknown authority", err, "certificate")
}

func TestServerNeverAsksItself(t *testing.T) {
	for self, addresses := range map[string]map[string]bool{
		"https://login.example":         {"https://login.example/x": false, "https://login.example/": false, "https://app.login.example/x": true, "https://login.example:8443/x": false},
		"https://corp.example/auth":     {"https://corp.example/auth": false, "https://corp.example/auth/x": false, "https://corp.example/authors": true, "https://corp.example/wiki/logout": true},
		"http://localhost:8080":         {"http://localhost:8080/x": false, "http://localhost:8081/x": true, "https://localhost:8081/x": true, "https://login.example/x": true},
		"":                              {"https://login.example/x": true},
		"https://login.example:9443/%2": {"https://login.example/x": true}, // not parsed: the configuration refuses it
	} {
		client := outbound.New(outbound.Options{Self: self, Loopback: true, Ports: []uint16{8443}})
		for raw, asked := range addresses {
			if _, err := client.Check(raw); (err == nil) != asked {
				t.Errorf("%q asks %q: %v", self, raw, err)
			}
		}
	}
}
