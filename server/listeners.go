package server

import (
	"crypto/tls"
	"log/slog"
	"net"

	"github.com/symbolon-id/symbolon/web"
)

// publicTLS is that of the public listener, nil when a proxy has ended it.
func (p *Server) publicTLS() (*tls.Config, error) {
	if p.config.TLS.Cert == "" {
		return nil, nil
	}
	return p.config.TLS.Files(p.log).Config(false)
}

// mutualTLS is the listener for clients with certificates, nil for none. It has the endpoints that
// such clients call, and nothing else.
func (p *Server) mutualTLS() (*web.MutualTLS, error) {
	if p.config.TLS.MutualListen == "" {
		return nil, nil
	}
	conf, err := p.config.TLS.MutualFiles(p.log).Config(true)
	if err != nil {
		return nil, err
	}
	return &web.MutualTLS{
		Listen: p.config.TLS.MutualListen, Handler: p.Issuer.mutualMux(), TLS: conf,
		OnListen: func(at net.Addr) {
			p.log.Info("serving mutual TLS", slog.String("url", p.config.TLS.MutualURL), slog.String("listen", at.String()))
		},
	}, nil
}

// mutualMux has the endpoints of clients with certificates.
func (i *issuer) mutualMux() *web.Mux {
	mux := web.NewMux(web.MuxOptions{
		ErrorPage: errorPages{i.pages, i.sessions, i.site}.show, Log: i.log, Metrics: i.metrics, Proxies: i.config.TrustedProxies,
		CertificateHeader: i.config.TLS.ClientCertHeader, StrictTransport: i.config.StrictTransport(),
	})
	i.provider.MountMutual(mux)
	return mux
}
