package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// authority issues certificates, for servers and for clients.
type authority struct {
	t    testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{t: t}
	id := a.issue("Test authority", func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage, c.ExtKeyUsage = true, true, x509.KeyUsageCertSign, nil
	})
	a.cert, a.key = id.Leaf, id.PrivateKey.(*ecdsa.PrivateKey)
	return a
}

// issue makes a certificate of O=Example,CN=name; the first is self-signed.
func (a *authority) issue(name string, changes ...func(*x509.Certificate)) tls.Certificate {
	a.t.Helper()
	key := must[*ecdsa.PrivateKey](a.t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{
		SerialNumber: must[*big.Int](a.t)(rand.Int(rand.Reader, big.NewInt(1<<62))),
		Subject:      pkix.Name{Organization: []string{"Example"}, CommonName: name},
		NotBefore:    time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	for _, change := range changes {
		change(template)
	}
	parent, signer := template, key
	if a.cert != nil {
		parent, signer = a.cert, a.key
	}
	der := must[[]byte](a.t)(x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: must[*x509.Certificate](a.t)(x509.ParseCertificate(der))}
}

func forServer(c *x509.Certificate) {
	c.DNSNames, c.IPAddresses = []string{"mtls.symbolon.example", "localhost"}, []net.IP{net.IPv4(127, 0, 0, 1)}
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
}

// files writes a certificate and its key.
func (a *authority) files(id tls.Certificate) (certificate, key string) {
	a.t.Helper()
	dir := a.t.TempDir()
	certificate, key = filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	der := must[[]byte](a.t)(x509.MarshalPKCS8PrivateKey(id.PrivateKey))
	for path, block := range map[string]*pem.Block{certificate: {Type: "CERTIFICATE", Bytes: id.Certificate[0]}, key: {Type: "PRIVATE KEY", Bytes: der}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			a.t.Fatal(err)
		}
	}
	return certificate, key
}

const mutualURL = "https://mtls.symbolon.example"

// certifying is a deployment with a listener for certificates, which also believes a proxy at
// 127.0.0.9 about them.
func certifying(t testing.TB, ca *authority, p plan) *deployment {
	t.Helper()
	certificate, key := ca.files(ca.issue("server", forServer))
	trusted, _ := ca.files(tls.Certificate{Certificate: [][]byte{ca.cert.Raw}, PrivateKey: ca.key})
	p.env = append(p.env,
		"SYMBOLON_MTLS_LISTEN=127.0.0.1:0", "SYMBOLON_MTLS_URL="+mutualURL, "SYMBOLON_MTLS_CERT="+certificate, "SYMBOLON_MTLS_KEY="+key,
		"SYMBOLON_CLIENT_CA="+trusted, "SYMBOLON_CLIENT_CERT_HEADER=Client-Cert", "SYMBOLON_TRUSTED_PROXIES=127.0.0.9")
	return own(t, p)
}

func onBothCertifying(t *testing.T, ca *authority, test func(t *testing.T, d *deployment)) {
	t.Run("sqlite", func(t *testing.T) { test(t, certifying(t, ca, plan{name: "mtls-sqlite", nodes: 1})) })
	t.Run("cluster", func(t *testing.T) {
		test(t, certifying(t, ca, plan{name: "mtls-cluster", nodes: 2, database: newDatabase(t), redis: newRedis(t)}))
	})
}

// mutualAddress finds where the node says that it asks for certificates.
func (n *node) mutualAddress(t testing.TB) string {
	t.Helper()
	for line := range strings.Lines(string(must[[]byte](t)(os.ReadFile(n.process.log)))) {
		var record struct{ Msg, Listen, URL string }
		if json.Unmarshal([]byte(line), &record) == nil && record.Msg == "serving mutual TLS" {
			return record.Listen
		}
	}
	t.Fatal("the node does not say where it serves mutual TLS")
	return ""
}

// showing is a program on a connection with this certificate, at the n-th node.
func (a *authority) showing(d *deployment, n int, id *tls.Certificate) *http.Client {
	a.t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	config := &tls.Config{RootCAs: pool}
	if id != nil {
		config.Certificates = []tls.Certificate{*id}
	}
	address := d.nodes[n%len(d.nodes)].mutualAddress(a.t)
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: config, ForceAttemptHTTP2: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		},
	}}
}

func userinfo(t testing.TB, client *http.Client, at, token string) reply {
	t.Helper()
	r := must[*http.Request](t)(http.NewRequest(http.MethodGet, at+"/userinfo", nil))
	r.Header.Set("Authorization", "Bearer "+token)
	return must[reply](t)(replied(client, r))
}

func TestCertificateOpensWhatItWasIssuedFor(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	onBothCertifying(t, ca, func(t *testing.T, d *deployment) {
		mine, others := ca.issue("weather-bot"), ca.issue("other")
		a := d.agent(t, "--tls-subject-dn", "CN=weather-bot,O=Example", "--certificate-bound")
		if a.ClientSecret != "" {
			t.Error("it was given a secret")
		}
		ask := func(n int, id *tls.Certificate) reply {
			return must[reply](t)(call(ca.showing(d, n, id), mutualURL+"/token", a.registered, "grant_type", "client_credentials"))
		}
		refused(t, "another certificate", http.StatusUnauthorized, "invalid_client", ask(0, &others))
		refused(t, "no certificate", http.StatusUnauthorized, "invalid_client", ask(0, nil))
		refused(t, "where nobody asks for it", http.StatusUnauthorized, "invalid_client", a.token(t, d.issuer))
		got := ask(0, &mine)
		var claims struct {
			Confirms map[string]string `json:"cnf"`
		}
		claimsOf(t, got.text("access_token"), &claims)
		sum := sha256.Sum256(mine.Certificate[0])
		if want := base64.RawURLEncoding.EncodeToString(sum[:]); claims.Confirms["x5t#S256"] != want || got.text("token_type") != "Bearer" {
			t.Fatalf("%v, want %s", claims.Confirms, want)
		}
		told := must[reply](t)(call(ca.showing(d, 1, &mine), mutualURL+"/introspect", a.registered, "token", got.text("access_token")))
		if cnf, _ := told.fields["cnf"].(map[string]any); !told.active() || cnf["x5t#S256"] != claims.Confirms["x5t#S256"] {
			t.Errorf("%s", told.body)
		}

		// A program on people's devices: what it gets is of use with its own certificate only.
		app, self, stranger := d.app(t, "--public", "--certificate-bound"), (&authority{t: t}).issue("device"), (&authority{t: t}).issue("stranger")
		code, verifier := app.code(t, d.visitor(t), d.person(t))
		pairs := []string{"grant_type", "authorization_code", "code", code, "redirect_uri", webCallback, "code_verifier", verifier}
		tokens := must[reply](t)(call(ca.showing(d, 0, &self), mutualURL+"/token", app.registered, pairs...))
		token := tokens.text("access_token")
		if r := userinfo(t, ca.showing(d, 1, &self), mutualURL, token); r.status != http.StatusOK || r.text("sub") == "" {
			t.Errorf("with its certificate: %d %s", r.status, r.body)
		}
		for what, client := range map[string]*http.Client{"another's": ca.showing(d, 0, &stranger), "none": ca.showing(d, 1, nil)} {
			if r := userinfo(t, client, mutualURL, token); r.status != http.StatusUnauthorized || r.text("error") != "invalid_token" {
				t.Errorf("%s: %d %s", what, r.status, r.body)
			}
		}
		refresh := []string{"grant_type", "refresh_token", "refresh_token", tokens.text("refresh_token")}
		refused(t, "refreshed by another", http.StatusBadRequest, "invalid_grant", must[reply](t)(call(ca.showing(d, 0, &stranger), mutualURL+"/token", app.registered, refresh...)))
		if r := must[reply](t)(call(ca.showing(d, 1, &self), mutualURL+"/token", app.registered, refresh...)); r.status != http.StatusOK {
			t.Errorf("refreshed: %d %s", r.status, r.body)
		}
		if p := must[page](t)(sent(ca.showing(d, 0, nil), must[*http.Request](t)(http.NewRequest(http.MethodGet, mutualURL+"/login", nil)))); p.status != http.StatusNotFound {
			t.Errorf("a page where certificates are asked for: %d", p.status)
		}
	})
}

// terminating is a proxy that ends TLS at 127.0.0.9 and tells the node about certificates.
func (a *authority) terminating(n *node, tell func(r *http.Request, id *x509.Certificate)) *httptest.Server {
	a.t.Helper()
	server := httptest.NewUnstartedServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: n.address()})
			r.Out.Header.Del("Client-Cert") // of whoever asks
			if shown := r.In.TLS.PeerCertificates; len(shown) > 0 {
				tell(r.Out, shown[0])
			}
		},
		Transport: &http.Transport{DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 9)}}).DialContext},
	})
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	server.StartTLS()
	a.t.Cleanup(server.Close)
	return server
}

func TestProxyTellsWhoseCertificateItIs(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	d := certifying(t, ca, plan{name: "mtls-proxy", nodes: 1})
	mine, others := ca.issue("weather-bot"), ca.issue("other")
	a := d.agent(t, "--tls-subject-dn", "CN=weather-bot,O=Example", "--certificate-bound")
	structured := func(c *x509.Certificate) string { return ":" + base64.StdEncoding.EncodeToString(c.Raw) + ":" }
	escaped := func(c *x509.Certificate) string {
		return url.PathEscape(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})))
	}
	for name, write := range map[string]func(c *x509.Certificate) string{
		"RFC 9440": structured, "nginx": escaped,
		"Envoy": func(c *x509.Certificate) string { return fmt.Sprintf(`Hash=00;Cert=%q;Subject="CN=x"`, escaped(c)) },
	} {
		proxy := ca.terminating(d.nodes[0], func(r *http.Request, c *x509.Certificate) { r.Header.Set("Client-Cert", write(c)) })
		ask := func(id *tls.Certificate, header string) reply {
			client := &http.Client{Transport: lying{header, &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}}
			if id != nil {
				client.Transport.(lying).next.TLSClientConfig.Certificates = []tls.Certificate{*id}
			}
			return must[reply](t)(call(client, proxy.URL+"/token", a.registered, "grant_type", "client_credentials"))
		}
		if r := ask(&mine, ""); r.status != http.StatusOK || r.text("access_token") == "" {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
		refused(t, name+", another certificate", http.StatusUnauthorized, "invalid_client", ask(&others, ""))
		refused(t, name+", a lie", http.StatusUnauthorized, "invalid_client", ask(nil, write(mine.Leaf)))
	}
	direct := &http.Client{Transport: lying{structured(mine.Leaf), &http.Transport{}}}
	refused(t, "not from the proxy", http.StatusUnauthorized, "invalid_client",
		must[reply](t)(call(direct, d.nodes[0].url()+"/token", a.registered, "grant_type", "client_credentials")))
}

// lying sends a header that only a proxy may send.
type lying struct {
	header string
	next   *http.Transport
}

func (l lying) RoundTrip(r *http.Request) (*http.Response, error) {
	if l.header != "" {
		r = r.Clone(r.Context())
		r.Header.Set("Client-Cert", l.header)
	}
	return l.next.RoundTrip(r)
}

func TestServerEndsTLSItself(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	certificate, key := ca.files(ca.issue("server", forServer))
	d := deploy(t, plan{name: "tls"})
	t.Cleanup(d.close)
	n := &node{name: "tls-node", dir: lab.dir}
	n.env = append(d.env, "SYMBOLON_TLS_CERT="+certificate, "SYMBOLON_TLS_KEY="+key)
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	asked := false
	n.secure = &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: pool,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			asked = true
			return &tls.Certificate{}, nil
		}}}}
	n.start(t)
	defer n.process.kill()
	p := must[page](t)(sent(n.secure, must[*http.Request](t)(http.NewRequest(http.MethodGet, n.url()+"/login", nil))))
	if p.status != http.StatusOK || asked {
		t.Errorf("%d; asked for a certificate: %v", p.status, asked)
	}
	env := append(n.env, "SYMBOLON_LISTEN="+n.address())
	if out := (&deployment{env: env}).command(t, "healthcheck", "--ready"); !strings.Contains(string(out), "ok") {
		t.Errorf("healthcheck: %s", out)
	}
}
