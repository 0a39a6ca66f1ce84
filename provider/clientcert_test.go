package provider

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/web"
)

// issuer issues certificates; nil issues self-signed ones.
type issuer struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// identity is a certificate with its key, for a TLS connection.
type identity = tls.Certificate

func newIssuer(t testing.TB) *issuer {
	t.Helper()
	id := (*issuer)(nil).issue(t, func(c *x509.Certificate) {
		c.Subject, c.IsCA, c.BasicConstraintsValid = pkix.Name{CommonName: "CA"}, true, true
		c.KeyUsage, c.ExtKeyUsage = x509.KeyUsageCertSign, nil
	})
	return &issuer{id.Leaf, id.PrivateKey.(*ecdsa.PrivateKey)}
}

// issue makes a certificate of CN=app,O=Example for clients, valid for an hour; change may adjust it.
func (i *issuer) issue(t testing.TB, change ...func(*x509.Certificate)) identity {
	t.Helper()
	return i.issueFor(t, newHolder(t), change...)
}

func (i *issuer) issueFor(t testing.TB, k *holder, change ...func(*x509.Certificate)) identity {
	t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{Organization: []string{"Example"}, CommonName: "app"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	for _, c := range change {
		c(template)
	}
	parent, signer := template, k.PrivateKey
	if i != nil {
		parent, signer = i.cert, i.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, k.Public(), signer)
	must(t, err)
	leaf, err := x509.ParseCertificate(der)
	must(t, err)
	return identity{Certificate: [][]byte{der}, PrivateKey: k.PrivateKey, Leaf: leaf}
}

// tlsServer returns a server that asks for certificates itself, and trusts what 127.0.0.2 says about them.
func tlsServer(t testing.TB, db *durable.DB, trusted *issuer, change ...func(*Config)) *server {
	t.Helper()
	s := &server{t: t, db: db}
	mux := web.NewMux(web.MuxOptions{CertificateHeader: "Client-Cert", Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}})
	s.http = httptest.NewUnstartedServer(mux)
	s.http.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	s.http.StartTLS()
	t.Cleanup(s.http.Close)
	db.Clock = s.now
	config := Config{
		Issuer: s.http.URL, AccessTokenTTL: 10 * time.Minute, AgentAccessTokenTTL: 30 * time.Minute,
		IDTokenTTL: time.Hour, CodeTTL: time.Minute, RefreshIdle: 24 * time.Hour, RefreshAbsolute: 30 * 24 * time.Hour,
		RefreshRetry: 30 * time.Second, MutualTLS: true,
	}
	if trusted != nil {
		config.ClientCAs = x509.NewCertPool()
		config.ClientCAs.AddCert(trusted.cert)
	}
	for _, c := range change {
		c(&config)
	}
	s.serve(mux, config, s.deps())
	return s
}

// certified runs test on SQLite and on PostgreSQL, each with such a server of its own.
func certified(t *testing.T, trusted *issuer, test func(t *testing.T, s *server)) {
	storagetest.Databases(t, func(t *testing.T, open func(*testing.T) *durable.DB) {
		test(t, tlsServer(t, open(t), trusted))
	})
}

// with sends r on a connection with this certificate, if any; from 127.0.0.2 when it is a proxy's.
func (s *server) with(id *identity, proxy bool, r *http.Request) *answer {
	s.t.Helper()
	config := &tls.Config{InsecureSkipVerify: true}
	if id != nil {
		config.Certificates = []tls.Certificate{*id}
	}
	transport := &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}
	if proxy {
		transport.DialContext = (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}).DialContext
	}
	defer transport.CloseIdleConnections()
	return send(s.t, &http.Client{Transport: transport}, r)
}

// show posts a form on a connection with this certificate.
func (s *server) show(id *identity, path string, form url.Values) *answer {
	s.t.Helper()
	return s.with(id, false, request(s.t, http.MethodPost, s.endpoint(path), form))
}

func header(id identity) string {
	return ":" + base64.StdEncoding.EncodeToString(id.Certificate[0]) + ":"
}

// certifiedAs makes a client one of tls_client_auth with this name.
func certifiedAs(name keys.SubjectName) func(*storage.Client) {
	return func(c *storage.Client) {
		c.AuthMethod = storage.AuthTLS
		switch name.Kind {
		case keys.SubjectDN:
			c.TLSSubjectDN = name.Value
		case keys.SANDNS:
			c.TLSSANDNS = name.Value
		case keys.SANURI:
			c.TLSSANURI = name.Value
		case keys.SANIP:
			c.TLSSANIP = name.Value
		case keys.SANEmail:
			c.TLSSANEmail = name.Value
		}
	}
}

func appName() keys.SubjectName {
	return keys.SubjectName{Kind: keys.SubjectDN, Value: "cn=APP, o=Example"}
}

// selfSigned makes a client one of self_signed_tls_client_auth with the key k.
func selfSigned(k *holder) func(*storage.Client) {
	return func(c *storage.Client) { c.AuthMethod, c.JWKS = storage.AuthSelfSignedTLS, k.jwks() }
}

func itself(c login) url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_id": {c.id}}
}

func TestCertificatesThatProveNothing(t *testing.T) {
	ca, other := newIssuer(t), newIssuer(t)
	between := ca.issue(t, func(c *x509.Certificate) {
		c.Subject, c.IsCA, c.BasicConstraintsValid, c.KeyUsage = pkix.Name{CommonName: "Between"}, true, true, x509.KeyUsageCertSign
	})
	below := &issuer{between.Leaf, between.PrivateKey.(*ecdsa.PrivateKey)}
	leaf := ca.issue(t)
	ofALeaf := (&issuer{leaf.Leaf, leaf.PrivateKey.(*ecdsa.PrivateKey)}).issue(t)
	ofALeaf.Certificate = append(ofALeaf.Certificate, leaf.Certificate[0])
	certified(t, ca, func(t *testing.T, s *server) {
		c := s.agent(certifiedAs(appName()))
		for name, id := range map[string]identity{
			"expired":              ca.issue(t, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }),
			"not valid yet":        ca.issue(t, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(10 * time.Minute) }),
			"for servers only":     ca.issue(t, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }),
			"of an unknown issuer": other.issue(t),
			"self-signed":          (*issuer)(nil).issue(t),
			"its issuer not sent":  below.issue(t),
			"of another name":      ca.issue(t, func(c *x509.Certificate) { c.Subject.CommonName = "other" }),
			"with one name more":   ca.issue(t, func(c *x509.Certificate) { c.Subject.OrganizationalUnit = []string{"x"} }),
			"with no name":         ca.issue(t, func(c *x509.Certificate) { c.Subject = pkix.Name{} }),
			"with the name as DNS": ca.issue(t, func(c *x509.Certificate) { c.Subject, c.DNSNames = pkix.Name{}, []string{"app"} }),
			"of a client":          ofALeaf,
		} {
			if a := s.show(&id, "/token", itself(c)); a.StatusCode != http.StatusUnauthorized || a.json(t, "error") != "invalid_client" {
				t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
			}
		}
		good := ca.issue(t)
		for _, path := range []string{"/token", "/par", "/introspect", "/revoke"} {
			s.show(nil, path, itself(c)).refused(t, http.StatusUnauthorized, "invalid_client")
		}
		withSecret := itself(c)
		withSecret.Set("client_secret", c.secret) // one from before it had certificates
		s.show(&good, "/token", withSecret).refused(t, http.StatusUnauthorized, "invalid_client")
		s.post("/token", asItself(), c).refused(t, http.StatusUnauthorized, "invalid_client")
		s.show(&good, "/token", itself(login{id: "a_unknown"})).refused(t, http.StatusUnauthorized, "invalid_client")
		s.must(s.db.SetClientDisabled(s.ctx(), c.id, s.now()))
		s.show(&good, "/token", itself(c)).refused(t, http.StatusUnauthorized, "invalid_client")
		s.must(s.db.SetClientDisabled(s.ctx(), c.id, time.Time{}))
		s.show(&good, "/token", itself(c)).ok(t)

		chained := below.issue(t)
		chained.Certificate = append(chained.Certificate, between.Certificate[0])
		s.show(&chained, "/token", itself(c)).ok(t)
		s.wait(2 * time.Hour)
		s.show(&good, "/token", itself(c)).refused(t, http.StatusUnauthorized, "invalid_client")
	})
}

func TestCertificateIsOfTheRegisteredName(t *testing.T) {
	ca := newIssuer(t)
	s := tlsServer(t, storagetest.SQLite(t), ca)
	uri, err := url.Parse("spiffe://example/app")
	must(t, err)
	id := ca.issue(t, func(c *x509.Certificate) {
		c.DNSNames, c.URIs, c.IPAddresses, c.EmailAddresses = []string{"App.example"}, []*url.URL{uri}, []net.IP{net.IPv4(192, 0, 2, 1)}, []string{"App@example.org"}
	})
	for name, right := range map[keys.SubjectName]bool{
		{Kind: keys.SANDNS, Value: "app.EXAMPLE"}: true, {Kind: keys.SANDNS, Value: "example"}: false,
		{Kind: keys.SANURI, Value: "spiffe://example/app"}: true, {Kind: keys.SANURI, Value: "spiffe://example/App"}: false,
		{Kind: keys.SANIP, Value: "192.0.2.1"}: true, {Kind: keys.SANIP, Value: "::ffff:192.0.2.1"}: true, {Kind: keys.SANIP, Value: "192.0.2.2"}: false,
		{Kind: keys.SANEmail, Value: "App@EXAMPLE.org"}: true, {Kind: keys.SANEmail, Value: "app@example.org"}: false,
		{Kind: keys.SubjectDN, Value: "CN=app,O=Example"}: true, {Kind: keys.SubjectDN, Value: "O=Example,CN=app"}: false,
	} {
		a := s.show(&id, "/token", itself(s.agent(certifiedAs(name))))
		if right && a.StatusCode != http.StatusOK || !right && a.StatusCode != http.StatusUnauthorized {
			t.Errorf("%v: %d %s", name, a.StatusCode, a.body)
		}
	}
	two := s.agent(certifiedAs(appName()), certifiedAs(keys.SubjectName{Kind: keys.SANDNS, Value: "other.example"})) // no validator lets it in
	s.show(&id, "/token", itself(two)).refused(t, http.StatusUnauthorized, "invalid_client")
}

func TestNoIssuerIsTrustedUnlessConfigured(t *testing.T) {
	ca := newIssuer(t)
	s := tlsServer(t, storagetest.SQLite(t), nil)
	id := ca.issue(t)
	s.show(&id, "/token", itself(s.agent(certifiedAs(appName())))).refused(t, http.StatusUnauthorized, "invalid_client")
}

func TestSelfSignedCertificateIsOfTheClientsKey(t *testing.T) {
	ca := newIssuer(t)
	certified(t, ca, func(t *testing.T, s *server) {
		k := newHolder(t)
		c := s.agent(selfSigned(k))
		var nobody *issuer
		good, strange, issued := nobody.issueFor(t, k), nobody.issue(t), ca.issue(t)
		expired := nobody.issueFor(t, k, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
		for name, id := range map[string]*identity{"none": nil, "another key's": &strange, "a trusted issuer's": &issued, "expired": &expired} {
			if a := s.show(id, "/token", itself(c)); a.StatusCode != http.StatusUnauthorized || a.json(t, "error") != "invalid_client" {
				t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
			}
		}
		s.show(&good, "/token", itself(c)).ok(t)
		s.show(&good, "/token", itself(s.agent(selfSigned(newHolder(t))))).refused(t, http.StatusUnauthorized, "invalid_client")
	})
}

func TestProxySpeaksForTheClientAndNobodyElseDoes(t *testing.T) {
	ca := newIssuer(t)
	s := tlsServer(t, storagetest.SQLite(t), ca)
	c, good, others := s.agent(certifiedAs(appName())), ca.issue(t), ca.issue(t, func(c *x509.Certificate) { c.Subject.CommonName = "proxy" })
	ask := func(proxy bool, id *identity, values ...string) *answer {
		r := request(t, http.MethodPost, s.endpoint("/token"), itself(c))
		r.Header["Client-Cert"] = values
		return s.with(id, proxy, r)
	}
	ask(false, nil, header(good)).refused(t, http.StatusUnauthorized, "invalid_client")
	ask(false, &others, header(good)).refused(t, http.StatusUnauthorized, "invalid_client")
	ask(true, nil).refused(t, http.StatusUnauthorized, "invalid_client")
	ask(true, &good).refused(t, http.StatusUnauthorized, "invalid_client") // it is the proxy's own
	ask(true, nil, header(others)).refused(t, http.StatusUnauthorized, "invalid_client")
	ask(true, nil, header(good), header(good)).refused(t, http.StatusUnauthorized, "invalid_client")
	ask(true, nil, header(good)+", "+header(good)).refused(t, http.StatusUnauthorized, "invalid_client")
	ask(true, nil, "nonsense").refused(t, http.StatusUnauthorized, "invalid_client")
	ask(false, &good, header(others)).ok(t)
	ask(true, &others, header(good)).ok(t)
}

func TestAuthenticatingByCertificateWritesNothing(t *testing.T) {
	ca := newIssuer(t)
	certified(t, ca, func(t *testing.T, s *server) {
		c, id := s.agent(certifiedAs(appName()), certificateBound), ca.issue(t)
		s.show(&id, "/token", itself(c)).ok(t)
		before := s.db.Stats()
		s.show(&id, "/token", itself(c)).ok(t)
		if used := spentSince(before, s.db.Stats()); used.Writes != 0 || used.Statements != 1 {
			t.Errorf("%+v", used)
		}
		if e := s.recorded.last(t, audit.TokenIssued); e.CredentialID == "" || e.CredentialID != keys.CertificateThumbprint(id.Leaf) {
			t.Errorf("%+v", e)
		}
	})
}
