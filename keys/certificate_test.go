package keys

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// certified is a self-signed certificate made from template, and its key.
func certified(t *testing.T, template x509.Certificate, key *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func p256(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// exampleName is C=DE, O=Example, Inc., OU=Pay+UID=7, CN=App  One (in the order of the certificate).
func exampleName(t *testing.T) []byte {
	t.Helper()
	oid := func(arcs ...int) asn1.ObjectIdentifier { return arcs }
	name := pkix.RDNSequence{
		{{Type: oid(2, 5, 4, 6), Value: "DE"}},
		{{Type: oid(2, 5, 4, 10), Value: "Example, Inc."}},
		{{Type: oid(2, 5, 4, 11), Value: "Pay"}, {Type: oid(0, 9, 2342, 19200300, 100, 1, 1), Value: "7"}},
		{{Type: oid(2, 5, 4, 3), Value: "App  Öne #1"}},
	}
	der, err := asn1.Marshal(name)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestNamesOfOthersAreNotTheName(t *testing.T) {
	der := exampleName(t)
	for _, other := range []string{
		`C=DE,O=Example\, Inc.,OU=Pay+UID=7,CN=App Öne #1`,      // the order of the certificate
		`CN=App Öne #1,OU=Pay,O=Example\, Inc.,C=DE`,            // a part of a part is missing
		`CN=App Öne #1,OU=Pay,UID=7,O=Example\, Inc.,C=DE`,      // two parts instead of one
		`CN=App Öne #1,O=Example\, Inc.,C=DE`,                   // a part is missing
		`CN=App Öne #1,OU=Pay+UID=7,O=Example\, Inc.,C=DE,DC=x`, // one too many
		`CN=App Öne #2,OU=Pay+UID=7,O=Example\, Inc.,C=DE`,
		`CN=AppÖne #1,OU=Pay+UID=7,O=Example\, Inc.,C=DE`,
		`CN=App One #1,OU=Pay+UID=7,O=Example\, Inc.,C=DE`,
		`SN=App Öne #1,OU=Pay+UID=7,O=Example\, Inc.,C=DE`,
		`CN=*,OU=Pay+UID=7,O=Example\, Inc.,C=DE`,
	} {
		if CheckDN(other) != nil || SameDN(other, der) {
			t.Errorf("%s: %v", other, CheckDN(other))
		}
	}
	if SameDN(`CN=x`, []byte("no name")) || SameDN(`CN=x`, nil) {
		t.Error("what is no name has one")
	}
}

func TestOneNameHasManySpellings(t *testing.T) {
	der := exampleName(t)
	for _, same := range []string{
		`CN=App  Öne #1,OU=Pay+UID=7,O=Example\, Inc.,C=DE`,
		`cn=app öne #1, ou=pay + uid=7, o=example\, inc., c=de`,
		`CN=App\20\C3\96ne \231,UID=7+OU=Pay,O=Example\2C Inc.,C=DE`,
		`2.5.4.3=App Öne #1,OU=Pay+0.9.2342.19200300.100.1.1=7,O=Example\, Inc.,2.5.4.6=DE`,
		`CN=#0C0C4170702020C3966E65202331,OU=Pay+UID=7,O=Example\, Inc.,C=DE`,
		`CN=App Öne \#1   ,OU=Pay+UID=#130137,O=Example\, Inc.,C=#13024445`,
	} {
		if err := CheckDN(same); err != nil || !SameDN(same, der) {
			t.Errorf("%s: %v", same, err)
		}
	}
}

func TestWhatIsNoDistinguishedName(t *testing.T) {
	for _, text := range []string{
		"", "CN", "=x", "CN=", "CN= ", "CN=a,", ",CN=a", "CN=a,,C=DE", "CN=a+", "XX=a", "2.5.4.03=a", "2..4=a", "2=a",
		`CN=a"b`, "CN=a<b", "CN=a>b", "CN=a;b", `CN=a\`, `CN=a\4`, `CN=a\zz`, "CN=#", "CN=#zz", "CN=#0403", "CN=#0500", "CN=#0203010001",
		"CN=a\x00b", "CN=\\ff", "/C=DE/CN=app",
	} {
		if CheckDN(text) == nil {
			t.Errorf("%q passes", text)
		}
	}
}

func TestAlternativeNamesAreComparedEachByItsRules(t *testing.T) {
	spiffe, err := url.Parse("spiffe://Example.org/App")
	if err != nil {
		t.Fatal(err)
	}
	c := certified(t, x509.Certificate{
		Subject:        pkix.Name{CommonName: "app.example"},
		DNSNames:       []string{"api.example", "*.wild.example"},
		URIs:           []*url.URL{spiffe},
		IPAddresses:    []net.IP{net.ParseIP("192.0.2.7"), net.ParseIP("2001:db8::1")},
		EmailAddresses: []string{"App@Example.org"},
	}, p256(t))
	for n, want := range map[SubjectName]bool{
		{SANDNS, "api.example"}: true, {SANDNS, "API.Example"}: true,
		{SANDNS, "app.example"}:    false, // the common name is no DNS name
		{SANDNS, "x.wild.example"}: false, {SANDNS, "*.wild.example"}: false, {SANDNS, "example"}: false, {SANDNS, "xapi.example"}: false,
		{SANURI, "spiffe://Example.org/App"}: true, {SANURI, "spiffe://example.org/App"}: false,
		{SANURI, "spiffe://Example.org/app"}: false, {SANURI, "spiffe://Example.org/App/"}: false,
		{SANIP, "192.0.2.7"}: true, {SANIP, "2001:DB8:0::1"}: true, {SANIP, "192.0.2.8"}: false, {SANIP, "2001:db8::2"}: false,
		{SANEmail, "App@example.ORG"}: true, {SANEmail, "app@example.org"}: false, {SANEmail, "x@example.org"}: false,
		{SubjectDN, "cn=APP.example"}: true, {SubjectDN, "CN=api.example"}: false,
		{SANEmail, "api.example"}: false, {"", "api.example"}: false,
	} {
		if n.Names(c) != want {
			t.Errorf("%v: %v", n, !want)
		}
	}
}

func TestNamesThatNoCertificateCanHave(t *testing.T) {
	for _, n := range []SubjectName{
		{SANDNS, "*.example"}, {SANDNS, "https://api.example"}, {SANDNS, "a b"}, {SANDNS, "api.example."}, {SANURI, "/path"}, {SANURI, "::"},
		{SANIP, "192.0.2.300"}, {SANIP, "fe80::1%eth0"}, {SANIP, "192.0.2.0/24"}, {SANEmail, "example.org"}, {SANEmail, "@example.org"},
		{SANEmail, "App <a@example.org>"}, {SubjectDN, "app"}, {"tls_client_auth_san_other", "x"},
	} {
		if n.Check() == nil {
			t.Errorf("%v passes", n)
		}
	}
}

func TestSelfSignedCertificateIsOfARegisteredKey(t *testing.T) {
	mine, other := p256(t), p256(t)
	name := x509.Certificate{Subject: pkix.Name{CommonName: "app"}, NotAfter: time.Now().Add(time.Hour)}
	first, second, others := certified(t, name, mine), certified(t, name, mine), certified(t, name, other)
	key, pinned := jose.JSONWebKey{Key: mine.Public()}, jose.JSONWebKey{Key: mine.Public(), Certificates: []*x509.Certificate{first}}
	for what, c := range map[string]struct {
		jwks []byte
		cert *x509.Certificate
		want bool
	}{
		"the key":                           {set(t, key), first, true},
		"the key, another certificate":      {set(t, key), second, true},
		"one of several":                    {set(t, jose.JSONWebKey{Key: other.Public()}, key), first, true},
		"another key":                       {set(t, key), others, false},
		"the certificate":                   {set(t, pinned), first, true},
		"another certificate of that key":   {set(t, pinned), second, false},
		"a certificate of another key":      {set(t, pinned), others, false},
		"no keys":                           {nil, first, false},
		"pinned and the key alone as well ": {set(t, pinned, key), second, true},
	} {
		if HoldsCertificate(c.jwks, c.cert) != c.want {
			t.Errorf("%s: %v", what, !c.want)
		}
	}
}

func FuzzDistinguishedName(f *testing.F) {
	f.Add(`CN=App\20\C3\96ne \231,UID=7+OU=Pay,O=Example\2C Inc.,C=#13024445`)
	f.Fuzz(func(t *testing.T, text string) {
		if CheckDN(text) != nil && SameDN(text, nil) {
			t.Errorf("%q is a name after all", text)
		}
	})
}
