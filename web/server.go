package web

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// ServerOptions say what to serve, where, and how patiently. Zero durations and sizes mean the
// defaults in their comments.
type ServerOptions struct {
	Listen         string       // host:port of the public listener
	Handler        http.Handler // what the public gets
	MetricsListen  string       // host:port for operators; "" for none
	MetricsHandler http.Handler // what operators get; see Backstage
	TLS            *tls.Config  // of the public listener; nil: a proxy has ended TLS
	Mutual         *MutualTLS   // a further listener; nil for none
	Log            *slog.Logger // what net/http has to complain about; nil: nothing is logged

	OnListen func(public, metrics net.Addr) // both listeners are open; metrics is nil without one
	OnDrain  func()                         // stopping has begun: become not ready

	DrainDelay   time.Duration // still accepting, so that balancers notice; 0: none
	GraceTimeout time.Duration // for requests under way, then they are cancelled; 30 s

	HeaderTimeout  time.Duration // to send the header; 5 s
	ReadTimeout    time.Duration // to send header and body; 10 s
	WriteTimeout   time.Duration // from header to the end of the answer; 30 s
	IdleTimeout    time.Duration // between requests of one connection; 60 s
	MaxHeaderBytes int           // 64 KiB: a URL above MaxURL is still read, to be answered 414
	MaxConnections int           // per listener; 8192. See connections
}

// MutualTLS is a listener for programs that show certificates. Browsers never come here: they would
// ask their people to choose one.
type MutualTLS struct {
	Listen   string
	Handler  http.Handler
	TLS      *tls.Config
	OnListen func(net.Addr) // nil: not called
}

// Serve listens and answers until ctx is done, then drains: it becomes not ready, goes on for
// DrainDelay, stops accepting, and lets requests under way finish within GraceTimeout. What is still
// running then has its context cancelled and two seconds to say so. Serve returns nil after a
// drain, and an error when it could not listen or a listener broke.
func Serve(ctx context.Context, o ServerOptions) error {
	o = o.withDefaults()
	requests, cancelRequests := context.WithCancel(context.WithoutCancel(ctx))
	defer cancelRequests()

	public, err := o.listen(ctx, o.Listen, o.Handler, requests)
	if err != nil {
		return err
	}
	defer public.close()
	public.server.TLSConfig = o.TLS
	mutual, err := o.listenMutual(ctx, requests)
	if err != nil {
		return err
	}
	defer mutual.close()
	metrics, err := o.listenMetrics(ctx, requests)
	if err != nil {
		return err
	}
	defer metrics.close()
	o.OnListen(public.addr(), metrics.addr())
	broken := make(chan error, 3)
	go public.serve(broken)
	go mutual.serve(broken)
	go metrics.serve(broken)

	select {
	case err := <-broken:
		return err
	case <-ctx.Done():
	}
	o.OnDrain()
	if err := wait(o.DrainDelay, broken); err != nil {
		return err
	}
	return drain(o.GraceTimeout, cancelRequests, public, mutual)
}

func (o ServerOptions) withDefaults() ServerOptions {
	o.GraceTimeout = cmp.Or(o.GraceTimeout, 30*time.Second)
	o.HeaderTimeout = cmp.Or(o.HeaderTimeout, 5*time.Second)
	o.ReadTimeout = cmp.Or(o.ReadTimeout, 10*time.Second)
	o.WriteTimeout = cmp.Or(o.WriteTimeout, 30*time.Second)
	o.IdleTimeout = cmp.Or(o.IdleTimeout, 60*time.Second)
	o.MaxHeaderBytes = cmp.Or(o.MaxHeaderBytes, 64<<10)
	o.MaxConnections = cmp.Or(o.MaxConnections, 8192)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.OnListen == nil {
		o.OnListen = func(_, _ net.Addr) {}
	}
	if o.OnDrain == nil {
		o.OnDrain = func() {}
	}
	return o
}

func (o ServerOptions) listenMetrics(ctx, requests context.Context) (*listening, error) {
	if o.MetricsListen == "" {
		return nil, nil
	}
	o.WriteTimeout = 2 * time.Minute // a CPU profile takes half a minute by default
	return o.listen(ctx, o.MetricsListen, o.MetricsHandler, requests)
}

func (o ServerOptions) listenMutual(ctx, requests context.Context) (*listening, error) {
	if o.Mutual == nil {
		return nil, nil
	}
	l, err := o.listen(ctx, o.Mutual.Listen, o.Mutual.Handler, requests)
	if err != nil {
		return nil, err
	}
	l.server.TLSConfig = o.Mutual.TLS
	if o.Mutual.OnListen != nil {
		o.Mutual.OnListen(l.addr())
	}
	return l, nil
}

func (o ServerOptions) listen(ctx context.Context, address string, h http.Handler, requests context.Context) (*listening, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	bounded := newConnections(listener, o.MaxConnections)
	return &listening{
		listener: bounded,
		server: &http.Server{
			Handler: h, ConnState: bounded.note,
			ReadHeaderTimeout: o.HeaderTimeout, ReadTimeout: o.ReadTimeout,
			WriteTimeout: o.WriteTimeout, IdleTimeout: o.IdleTimeout,
			MaxHeaderBytes:               o.MaxHeaderBytes,
			DisableGeneralOptionsHandler: true, // OPTIONS * is for us to refuse
			ErrorLog:                     slog.NewLogLogger(o.Log.Handler(), slog.LevelWarn),
			BaseContext:                  func(net.Listener) context.Context { return requests },
		},
	}, nil
}

// listening is a server on its open listener. A nil one is not there and does nothing.
type listening struct {
	server   *http.Server
	listener net.Listener
}

func (l *listening) addr() net.Addr {
	if l == nil {
		return nil
	}
	return l.listener.Addr()
}

func (l *listening) serve(broken chan<- error) {
	if l == nil {
		return
	}
	serve := l.server.Serve
	if l.server.TLSConfig != nil {
		serve = func(on net.Listener) error { return l.server.ServeTLS(on, "", "") }
	}
	if err := serve(l.listener); !errors.Is(err, http.ErrServerClosed) {
		broken <- fmt.Errorf("serve %s: %w", l.listener.Addr(), err)
	}
}

func (l *listening) close() {
	if l != nil {
		l.server.Close()
		l.listener.Close() // Server.Close closes only what it serves already
	}
}

// drain lets requests finish. Those that do not are cancelled, so that they roll back and answer
// 503 instead of being cut off.
func drain(grace time.Duration, cancelRequests func(), all ...*listening) error {
	if shutdown(grace, all) == nil {
		return nil
	}
	cancelRequests()
	if err := shutdown(2*time.Second, all); err != nil {
		return fmt.Errorf("drain: %w", err)
	}
	return nil
}

// shutdown lets all of them finish at the same time.
func shutdown(within time.Duration, all []*listening) error {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	ended := make(chan error, len(all))
	for _, l := range all {
		go func() { ended <- l.shutdown(ctx) }()
	}
	var errs []error
	for range all {
		errs = append(errs, <-ended)
	}
	return errors.Join(errs...)
}

func (l *listening) shutdown(ctx context.Context) error {
	if l == nil {
		return nil
	}
	return l.server.Shutdown(ctx)
}

func wait(delay time.Duration, broken <-chan error) error {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case err := <-broken:
		return err
	case <-timer.C:
		return nil
	}
}
