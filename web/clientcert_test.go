package web_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/web"
)

// identity is a self-signed certificate and its key.
func identity(t *testing.T, name string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func inPEM(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// namesCertificate answers with the names of the certificates that the client showed.
func namesCertificate(w http.ResponseWriter, r *http.Request) error {
	chain, err := web.ClientCertificate(r.Context())
	if err != nil {
		_, err = fmt.Fprint(w, "error")
		return err
	}
	for _, c := range chain {
		fmt.Fprint(w, c.Subject.CommonName, " ")
	}
	_, err = fmt.Fprint(w, len(r.Header["Client-Cert"])+len(r.Header["Client-Cert-Chain"]))
	return err
}

// proxied asks as a proxy at peer would, with these values of the header.
func proxied(t *testing.T, peer, header string, values, chain []string) string {
	t.Helper()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	mux := web.NewMux(web.MuxOptions{Proxies: proxies, CertificateHeader: header})
	mux.API("GET /", namesCertificate)
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = peer
	r.Header["Client-Cert"] = values
	r.Header["Client-Cert-Chain"] = chain
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w.Body.String()
}

const proxy, stranger = "10.0.0.1:1", "203.0.113.9:1"

func TestCertificateHeaderOfStrangersIsIgnoredAndRemoved(t *testing.T) {
	value := []string{":" + base64.StdEncoding.EncodeToString(identity(t, "app").Certificate[0]) + ":"}
	for name, c := range map[string]struct{ peer, header, want string }{
		"a stranger":         {stranger, "Client-Cert", "0"},
		"no header is named": {proxy, "", "2"}, // one like any other, which is not read
		"another is named":   {proxy, "X-Client-Cert", "1"},
		"the proxy lies":     {proxy, "client-cert", "error"}, // about the chain
	} {
		if got := proxied(t, c.peer, c.header, value, []string{"?"}); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := proxied(t, proxy, "Client-Cert", value, nil); got != "app 0" {
		t.Errorf("the proxy: %q", got)
	}
}

func TestHeadersThatHoldNoOneCertificate(t *testing.T) {
	app, other := identity(t, "app").Certificate[0], identity(t, "other").Certificate[0]
	b64 := base64.StdEncoding.EncodeToString
	escaped := url.PathEscape(inPEM(app))
	for name, values := range map[string][]string{
		"two headers":             {":" + b64(app) + ":", ":" + b64(app) + ":"},
		"two in a list":           {":" + b64(app) + ":, :" + b64(other) + ":"},
		"no end":                  {":" + b64(app)},
		"no beginning":            {b64(app) + ":"},
		"empty item":              {"::"},
		"parameters":              {":" + b64(app) + ":;a=b"},
		"base64url":               {":" + strings.ReplaceAll(base64.URLEncoding.EncodeToString(app), "=", "") + "-_:"},
		"not DER":                 {":" + b64([]byte("certificate")) + ":"},
		"more behind it":          {":" + b64(append(app[:len(app):len(app)], 0)) + ":"},
		"PEM in base64":           {":" + b64([]byte(inPEM(app))) + ":"},
		"PEM as it is":            {strings.ReplaceAll(inPEM(app), "\n", " ")},
		"a key":                   {url.PathEscape(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: app})))},
		"a key behind it":         {escaped + url.PathEscape(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: app})))},
		"words behind it":         {escaped + "words"},
		"half an escape":          {escaped + "%2"},
		"too long":                {":" + strings.Repeat("A", 40<<10) + ":"},
		"words":                   {"certificate"},
		"a hash alone":            {"Hash=abc;Subject=\"CN=app\""},
		"two elements":            {`Cert="` + escaped + `",Cert="` + escaped + `"`},
		"another proxy's":         {`By=x;Hash=y,Cert="` + escaped + `"`},
		"two certificates":        {`Cert="` + escaped + `";Cert="` + escaped + `"`},
		"one in another's quotes": {`Subject="CN=a\";Cert=` + escaped + `;x=\""`},
		"quotes without an end":   {`Cert="` + escaped},
		"two in the leaf's place": {`Cert="` + escaped + escaped + `"`},
		"bare, words behind":      {b64(app) + ",words"},
		"bare, with a line break": {b64(app)[:8] + "%0A" + b64(app)[8:]},
	} {
		if got := proxied(t, proxy, "Client-Cert", values, nil); got != "error" {
			t.Errorf("%s: %q", name, got)
		}
	}
	chain := strings.Repeat(":"+b64(app)+":,", 9)
	for _, bad := range []string{"words", ":" + b64(app), chain + ":" + b64(app) + ":"} {
		if got := proxied(t, proxy, "Client-Cert", []string{":" + b64(app) + ":"}, []string{bad}); got != "error" {
			t.Errorf("chain %.20s: %q", bad, got)
		}
	}
}

func TestProxiesTellInTheirOwnWays(t *testing.T) {
	app, ca := identity(t, "app").Certificate[0], identity(t, "ca").Certificate[0]
	b64 := base64.StdEncoding.EncodeToString
	escaped := strings.ReplaceAll(url.PathEscape(inPEM(app)), "+", "%2B")
	both := escaped + strings.ReplaceAll(url.PathEscape(inPEM(ca)), "+", "%2B")
	for name, c := range map[string]struct {
		value string
		chain []string
		want  string
	}{
		"RFC 9440":            {":" + b64(app) + ":", nil, "app 0"},
		"with its chain":      {":" + b64(app) + ":", []string{":" + b64(ca) + ":"}, "app ca 0"},
		"in two lines":        {":" + b64(app) + ":", []string{":" + b64(ca) + ":", " :" + b64(ca) + ":"}, "app ca ca 0"},
		"nginx":               {escaped, nil, "app 0"},
		"nginx, chain unread": {escaped, []string{":" + b64(ca) + ":"}, "app 0"},
		"Traefik":             {b64(app), nil, "app 0"},
		"Traefik, chain":      {b64(app) + "," + b64(ca), nil, "app ca 0"},
		"Traefik 2":           {url.QueryEscape(b64(app)), nil, "app 0"},
		"Envoy":               {`By=spiffe://a;Hash=00;Cert="` + escaped + `";Subject="CN=a,O=\"x;y\""`, nil, "app 0"},
		"Envoy, chain":        {`Hash=00;Chain="` + both + `";Cert="` + escaped + `"`, nil, "app ca 0"},
		"Envoy, no quotes":    {`hash=00;cert=` + escaped, nil, "app 0"},
		"empty":               {"", nil, "0"},
	} {
		if got := proxied(t, proxy, "Client-Cert", []string{c.value}, c.chain); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := proxied(t, proxy, "Client-Cert", nil, nil); got != "0" {
		t.Errorf("no header: %q", got)
	}
}

// files writes an identity as an operator would.
func files(t *testing.T, dir string, id tls.Certificate) web.CertificateFiles {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(id.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	for name, content := range map[string]string{"tls.crt": inPEM(id.Certificate[0]), "tls.key": string(key)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return web.CertificateFiles{Certificate: filepath.Join(dir, "tls.crt"), Key: filepath.Join(dir, "tls.key")}
}

func TestOnlyTheMutualListenerAsksForCertificates(t *testing.T) {
	pair := files(t, t.TempDir(), identity(t, "server"))
	public, err := pair.Config(false)
	if err != nil {
		t.Fatal(err)
	}
	asking, err := pair.Config(true)
	if err != nil {
		t.Fatal(err)
	}
	mux := web.NewMux(web.MuxOptions{})
	mux.API("GET /who", namesCertificate)
	mutual := make(chan string, 1)
	s := run(t, web.ServerOptions{Handler: mux, TLS: public, Mutual: &web.MutualTLS{
		Listen: "127.0.0.1:0", Handler: mux, TLS: asking, OnListen: func(at net.Addr) { mutual <- at.String() },
	}})
	mutualAt := <-mutual
	asked := map[string]int{}
	id := identity(t, "app")
	who := func(at string, config *tls.Config) (answer, error) {
		config.InsecureSkipVerify = true
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			asked[at]++
			return &id, nil
		}
		client := http.Client{Transport: &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true}}
		resp, err := client.Get("https://" + at + "/who")
		if err != nil {
			return answer{}, err
		}
		return readAnswer(t, resp), nil
	}
	for at, want := range map[string]string{s.public: "0", mutualAt: "app 0"} {
		got, err := who(at, &tls.Config{})
		if err != nil || got.body != want || got.ProtoMajor != 2 {
			t.Errorf("%s: %q, %v", at, got.body, err)
		}
	}
	if asked[s.public] != 0 || asked[mutualAt] == 0 {
		t.Errorf("asked: %v", asked)
	}
	for name, config := range map[string]*tls.Config{
		"TLS 1.1":  {MaxVersion: tls.VersionTLS11},
		"CBC mode": {MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}},
	} {
		if _, err := who(s.public, config); err == nil {
			t.Errorf("%s is spoken", name)
		}
	}
	s.stop()
	if err := <-s.done; err != nil {
		t.Error(err)
	}
	if _, err := who(mutualAt, &tls.Config{}); err == nil {
		t.Error("the mutual listener goes on")
	}
}

func TestRenewedCertificateIsTakenOver(t *testing.T) {
	dir := t.TempDir()
	pair := files(t, dir, identity(t, "first"))
	now := time.Now()
	pair.Clock = func() time.Time { return now }
	config, err := pair.Config(false)
	if err != nil {
		t.Fatal(err)
	}
	served := func() string {
		c, err := config.GetCertificate(nil)
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := x509.ParseCertificate(c.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		return leaf.Subject.CommonName
	}
	files(t, dir, identity(t, "second"))
	later := now.Add(time.Minute)
	for _, name := range []string{pair.Certificate, pair.Key} {
		if err := os.Chtimes(name, later, later); err != nil {
			t.Fatal(err)
		}
	}
	if got := served(); got != "first" {
		t.Errorf("at once: %s", got)
	}
	now = now.Add(time.Minute)
	if got := served(); got != "second" {
		t.Errorf("after a minute: %s", got)
	}
	if err := os.WriteFile(pair.Key, []byte("half a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Minute)
	if got := served(); got != "second" {
		t.Errorf("with half a pair: %s", got)
	}
	if _, err := (&web.CertificateFiles{Certificate: pair.Certificate, Key: pair.Key}).Config(false); err == nil {
		t.Error("half a pair is accepted at the start")
	}
}
