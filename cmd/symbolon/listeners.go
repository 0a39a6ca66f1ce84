package main

import (
	"crypto/tls"
	"log/slog"
	"net"

	"github.com/symbolon-id/symbolon/web"
)

// publicTLS is that of the public listener, nil when a proxy has ended it.
func (n *node) publicTLS() (*tls.Config, error) {
	if n.config.TLS.Cert == "" {
		return nil, nil
	}
	return n.config.TLS.Files(n.log).Config(false)
}

// mutualTLS is the listener for clients with certificates, nil for none. It has the endpoints that
// such clients call, and nothing else.
func (n *node) mutualTLS() (*web.MutualTLS, error) {
	if n.config.TLS.MutualListen == "" {
		return nil, nil
	}
	conf, err := n.config.TLS.MutualFiles(n.log).Config(true)
	if err != nil {
		return nil, err
	}
	mux := web.NewMux(web.MuxOptions{
		ErrorPage: n.errorPage, Log: n.log, Metrics: n.metrics, Proxies: n.config.TrustedProxies,
		CertificateHeader: n.config.TLS.ClientCertHeader, StrictTransport: n.config.StrictTransport(),
	})
	n.provider.MountMutual(mux)
	return &web.MutualTLS{
		Listen: n.config.TLS.MutualListen, Handler: mux, TLS: conf,
		OnListen: func(at net.Addr) {
			n.log.Info("serving mutual TLS", slog.String("url", n.config.TLS.MutualURL), slog.String("listen", at.String()))
		},
	}, nil
}
