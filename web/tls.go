package web

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/symbolon-id/symbolon/clock"
)

// CertificateFiles are a server certificate with its chain and its private key, both PEM. They are
// read again when they have changed, so that a renewed certificate needs no restart.
type CertificateFiles struct {
	Certificate, Key string       // paths
	Log              *slog.Logger // gets a record when a changed pair cannot be used; nil: none
	Clock            clock.Clock  // nil: the system's

	mu      sync.Mutex
	looked  time.Time // when the files were last looked at
	written [2]time.Time
	pair    *tls.Certificate
}

// lookAgain is how long a changed file may go unnoticed.
const lookAgain = 10 * time.Second

// Config is TLS for a listener, after the files were read once. Nothing older than TLS 1.2, and with
// that only what has forward secrecy and authenticated encryption (RFC 9325). With asking, clients
// are asked for a certificate, and may go on without: who must have one is decided per client.
func (f *CertificateFiles) Config(asking bool) (*tls.Config, error) {
	if err := f.load(); err != nil {
		return nil, err
	}
	config := &tls.Config{
		MinVersion: tls.VersionTLS12,
		CipherSuites: []uint16{
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
			tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return f.current(), nil },
	}
	if asking {
		config.ClientAuth = tls.RequestClientCert // of any issuer: self-signed ones count as well (RFC 8705 section 2.2)
	}
	return config, nil
}

func (f *CertificateFiles) load() error {
	written, err := f.times()
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(f.Certificate, f.Key)
	if err != nil {
		return fmt.Errorf("read TLS certificate: %w", err)
	}
	f.pair, f.written, f.looked = &pair, written, f.Clock.Now()
	return nil
}

func (f *CertificateFiles) times() (written [2]time.Time, err error) {
	for i, path := range []string{f.Certificate, f.Key} {
		info, err := os.Stat(path)
		if err != nil {
			return written, fmt.Errorf("read TLS certificate: %w", err)
		}
		written[i] = info.ModTime()
	}
	return written, nil
}

// current is the certificate to use now. A pair that does not fit together, as between the writing of
// its two files, is not taken over.
func (f *CertificateFiles) current() *tls.Certificate {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.Clock.Now().Sub(f.looked) < lookAgain {
		return f.pair
	}
	f.looked = f.Clock.Now()
	written, err := f.times()
	if err == nil && written == f.written {
		return f.pair
	}
	if err == nil {
		err = f.load()
	}
	if err != nil && f.Log != nil {
		f.Log.Warn("the TLS certificate has changed and cannot be used; going on with the one from before", "error", err)
	}
	return f.pair
}
