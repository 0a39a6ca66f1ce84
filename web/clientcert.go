package web

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/netip"
)

// errCertificate reports that a proxy's header is not one certificate in a form we know.
var errCertificate = errors.New("the header of the proxy holds no certificate we can read")

// certificateChain is the header with the issuers of the certificate (RFC 9440 section 2.3).
const certificateChain = "Client-Cert-Chain"

// handshake is what the client showed of itself below HTTP: to us, or to a proxy that passes it on.
type handshake struct {
	tls         *tls.ConnectionState // with us; nil when a proxy speaks for the client
	leaf, chain []string             // headers of a trusted proxy, as they came
}

// ClientCertificate returns the certificate whose private key the client proved to hold in the TLS
// handshake of this request, and behind it those of its issuers that came along; nil without one.
// Neither its issuer nor its expiry has been verified. The error is of a proxy.
func ClientCertificate(ctx context.Context) ([]*x509.Certificate, error) {
	x := exchangeOf(ctx)
	switch {
	case x == nil:
		return nil, nil
	case x.handshake.tls != nil:
		return x.handshake.tls.PeerCertificates, nil
	case len(x.handshake.leaf) == 0, len(x.handshake.leaf) == 1 && x.handshake.leaf[0] == "":
		return nil, nil
	case len(x.handshake.leaf) > 1:
		return nil, errCertificate // one of them is not the proxy's
	}
	return readCertificates(x.handshake.leaf[0], x.handshake.chain)
}

// shakenHands finds out who speaks for the client. A trusted proxy does, and then its own certificate
// counts for nothing. From anyone else the header is removed unread: its sender could be any
// client (RFC 9440 section 4).
func (m *Mux) shakenHands(r *http.Request) (h handshake) {
	if m.certificateHeader == "" {
		h.tls = r.TLS
		return h
	}
	if fromProxy(r, m.proxies) {
		h.leaf, h.chain = r.Header[m.certificateHeader], r.Header[certificateChain]
	} else {
		h.tls = r.TLS
	}
	r.Header.Del(m.certificateHeader)
	r.Header.Del(certificateChain)
	return h
}

// fromProxy reports whether the peer is a trusted proxy, whatever client it speaks for.
func fromProxy(r *http.Request, proxies []netip.Prefix) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && contains(proxies, peer.Addr().Unmap().WithZone(""))
}
