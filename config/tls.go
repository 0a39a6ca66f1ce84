package config

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"

	"github.com/symbolon-id/symbolon/web"
)

// TLS is what this server ends itself, and where the certificates of clients come from: from a
// listener that asks for them, or from a proxy that forwards them.
type TLS struct {
	Cert, Key             string // files, for listen; empty: a proxy has ended TLS
	MutualListen          string // asks for certificates; empty: there is no such listener
	MutualCert, MutualKey string // files, for MutualListen; empty: Cert and Key
	MutualURL             string // origin that clients with certificates are sent to
	ClientCA              string // file: who issues certificates of clients
	ClientCertHeader      string // in which a trusted proxy forwards the certificate
}

// Mutual reports whether clients can show certificates.
func (t TLS) Mutual() bool { return t.MutualListen != "" || t.ClientCertHeader != "" }

// StrictTransport reports whether browsers are to ask for https only. On loopback that would reach what
// else runs there: HSTS knows no ports.
func (c Config) StrictTransport() bool {
	u, err := url.Parse(c.Issuer)
	return err == nil && c.HSTS && u.Scheme == "https" && !IsLoopbackHost(u.Hostname())
}

// check returns what keeps this from being used; c has the other listeners and the proxies.
func (t TLS) check(c Config) error {
	return errors.Join(t.checkFiles(), t.checkMutual(c), t.checkHeader(c))
}

func (t TLS) checkFiles() error {
	if (t.Cert == "") != (t.Key == "") || (t.MutualCert == "") != (t.MutualKey == "") {
		return errors.New("tls_cert and tls_key must be set together, and so must mtls_cert and mtls_key")
	}
	for _, f := range []*web.CertificateFiles{t.Files(nil), t.MutualFiles(nil)} {
		if f.Certificate == "" {
			continue
		}
		if _, err := f.Config(false); err != nil {
			return fmt.Errorf("tls_cert, tls_key, mtls_cert or mtls_key is not valid: %w", err)
		}
	}
	if _, err := t.ClientCAs(); err != nil {
		return err
	}
	return nil
}

func (t TLS) checkMutual(c Config) error {
	if t.MutualListen == "" {
		if t.MutualURL != "" && t.ClientCertHeader == "" {
			return errors.New("mtls_url requires mtls_listen, or client_cert_header behind a proxy; otherwise no client certificate is requested")
		}
		return t.checkURL()
	}
	_, port, err := net.SplitHostPort(t.MutualListen)
	switch {
	case err != nil:
		return errors.New("mtls_listen is not a valid address; use, for example, 127.0.0.1:8443")
	case port != "0" && (t.MutualListen == c.Listen || t.MutualListen == c.MetricsListen):
		return errors.New("mtls_listen is the address of another listener; use another port, otherwise browsers are asked for certificates")
	case t.MutualFiles(nil).Certificate == "":
		return errors.New("mtls_listen requires a server certificate; set mtls_cert and mtls_key, or tls_cert and tls_key")
	case t.MutualURL == "":
		return errors.New("mtls_url is required with mtls_listen; set it to the https origin at which clients reach it, such as https://mtls.login.example")
	}
	return t.checkURL()
}

func (t TLS) checkURL() error {
	if t.MutualURL == "" {
		return nil
	}
	u, err := url.Parse(t.MutualURL)
	if err != nil || u.Scheme != "https" || u.Host == "" || t.MutualURL != "https://"+u.Host {
		return errors.New("mtls_url must be an https origin without a path, such as https://mtls.login.example")
	}
	return nil
}

func (t TLS) checkHeader(c Config) error {
	if t.ClientCertHeader == "" {
		if t.ClientCA != "" && t.MutualListen == "" {
			return errors.New("client_ca requires mtls_listen, or client_cert_header behind a proxy; otherwise no client certificate arrives")
		}
		return nil
	}
	if len(c.TrustedProxies) == 0 {
		return errors.New("client_cert_header requires trusted_proxies; the header is ignored from any other address")
	}
	taken := []string{"Authorization", "Cookie", "Dpop", "Host", "Forwarded", "X-Forwarded-For", "Content-Type", "Client-Cert-Chain"}
	if name := http.CanonicalHeaderKey(t.ClientCertHeader); slices.Contains(taken, name) || !isToken(name) {
		return errors.New("client_cert_header must not be a standard HTTP header; use a dedicated name such as Client-Cert")
	}
	return nil
}

// isToken reports whether name is a canonical header name: canonical names have only these characters (RFC 9110 section 5.6.2, less the odd ones).
func isToken(name string) bool {
	for _, c := range []byte(name) {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-') {
			return false
		}
	}
	return name != ""
}

// Files returns the certificate of the public listener.
func (t TLS) Files(log *slog.Logger) *web.CertificateFiles {
	return &web.CertificateFiles{Certificate: t.Cert, Key: t.Key, Log: log}
}

// MutualFiles returns the certificate of the listener for clients with certificates.
func (t TLS) MutualFiles(log *slog.Logger) *web.CertificateFiles {
	return &web.CertificateFiles{Certificate: cmp.Or(t.MutualCert, t.Cert), Key: cmp.Or(t.MutualKey, t.Key), Log: log}
}

// ClientCAs are nil when none are configured.
func (t TLS) ClientCAs() (*x509.CertPool, error) {
	if t.ClientCA == "" {
		return nil, nil
	}
	text, err := os.ReadFile(t.ClientCA)
	if err != nil {
		return nil, fmt.Errorf("client_ca cannot be read: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, errors.New("client_ca contains no certificate; use a PEM file with the authorities that issue client certificates")
	}
	return pool, nil
}
