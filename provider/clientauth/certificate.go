package clientauth

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"time"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// byCertificate reports whether a client authenticates by the certificate of its connection
// (RFC 8705 section 2).
func byCertificate(c storage.Client) bool {
	return c.AuthMethod == storage.AuthTLS || c.AuthMethod == storage.AuthSelfSignedTLS
}

// authenticateByCertificate implements tls_client_auth and self_signed_tls_client_auth. A client registered
// for one of them authenticates in no other way. Nothing is written, and a failure is not counted: a
// certificate cannot be guessed.
func (a *Authenticator) authenticateByCertificate(ctx context.Context, c storage.Client, sent credentials) (_ storage.Client, thumbprint string, _ error) {
	thumbprint, err := a.checkCertificate(ctx, c, sent)
	if err == nil {
		return c, thumbprint, nil
	}
	web.Annotate(ctx, slog.String("cause", err.Error())) // not for the client; its developer may ask
	a.recordFailure(ctx, sent.id)
	return storage.Client{}, "", a.badCertificate(ctx, c, sent, err)
}

func (a *Authenticator) badCertificate(ctx context.Context, c storage.Client, sent credentials, why error) *oauth.Error {
	return oauth.Unauthenticated().WithHintFunc(func() string {
		return cmp.Or(a.unusable(ctx, sent.id, c), "the client is registered for "+c.AuthMethod+": "+why.Error())
	})
}

// checkCertificate returns the thumbprint of the certificate, or why it is refused, without a byte of it.
func (a *Authenticator) checkCertificate(ctx context.Context, c storage.Client, sent credentials) (thumbprint string, err error) {
	switch {
	case !c.DisabledAt.IsZero():
		return "", errors.New("the client is disabled")
	case sent.secret != "":
		return "", errors.New("it sends a secret, and has none")
	}
	chain, err := a.certificate(ctx)
	if err != nil {
		return "", err
	}
	thumbprint = keys.CertificateThumbprint(chain[0])
	if c.AuthMethod == storage.AuthTLS {
		return thumbprint, a.checkIssued(c, chain)
	}
	_, err = a.VerifyByClient(ctx, c, func(jwks []byte) ([]byte, error) {
		if !keys.HoldsCertificate(jwks, chain[0]) {
			return nil, keys.ErrNoKey
		}
		return nil, nil
	})
	return thumbprint, err
}

var (
	errNoCertificate  = errors.New("there is no client certificate")
	errOldCertificate = errors.New("the client certificate has expired, or is not valid yet")
)

// certificate returns the one of this connection, which is valid now, with its issuers behind it.
func (a *Authenticator) certificate(ctx context.Context) ([]*x509.Certificate, error) {
	chain, err := web.ClientCertificate(ctx)
	switch {
	case err != nil:
		return nil, err
	case len(chain) == 0:
		return nil, errNoCertificate
	case !timely(chain[0], a.Clock.Now()):
		return nil, errOldCertificate
	}
	return chain, nil
}

func timely(c *x509.Certificate, now time.Time) bool {
	return !now.Before(c.NotBefore) && !now.After(c.NotAfter)
}

// checkIssued requires that an issuer we trust issued it, for clients, to the name that is registered. Whatever has
// ended TLS may have checked the chain already; that is for us to be sure of.
func (a *Authenticator) checkIssued(c storage.Client, chain []*x509.Certificate) error {
	if a.ClientCAs == nil {
		return errors.New("no issuer of client certificates is trusted here")
	}
	between := x509.NewCertPool()
	for _, issuer := range chain[1:] {
		between.AddCert(issuer)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{
		Roots: a.ClientCAs, Intermediates: between, CurrentTime: a.Clock.Now(),
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil {
		return errors.New("the certificate is not of an issuer we trust, or not for clients")
	}
	names := keys.SubjectNames(c)
	if len(names) != 1 || !names[0].Names(chain[0]) {
		return errors.New("the certificate is of another name")
	}
	return nil
}
