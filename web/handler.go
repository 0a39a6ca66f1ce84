package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"
)

// Handler answers a request, or returns an error having written nothing: the Mux then answers with
// what ErrorFrom makes of it.
type Handler func(http.ResponseWriter, *http.Request) error

// MuxOptions are what a Mux needs; every field may stay zero.
type MuxOptions struct {
	// ErrorPage writes the page for an error, status included. Nil: a bare one.
	ErrorPage func(http.ResponseWriter, *http.Request, *Error)
	Log       *slog.Logger   // nil: nothing is logged
	Metrics   *Metrics       // nil: measured, not shown
	Tracer    trace.Tracer   // nil: of the global OpenTelemetry provider
	Proxies   []netip.Prefix // whose X-Forwarded-For is believed
	Origin    string         // scheme://host of the issuer, when a proxy rewrites Host; else ""
	Host      string         // besides those of this machine, the only one answered to; "": all are
	InFlight  int            // requests worked on at once before more are shed; 0: 1024
	Hints     bool           // pages and the log say what differs (Error.Hint): for development only

	// StrictTransport makes browsers ask this host by https only, for a year (RFC 6797).
	StrictTransport bool

	// CertificateHeader is where Proxies pass on the client's certificate; "": they do not.
	CertificateHeader string

	// Language chooses the language of a page; it may set a cookie. Nil: English.
	Language func(http.ResponseWriter, *http.Request) string
}

// Mux routes requests. Routes are registered before it serves, never after.
type Mux struct {
	routes        *http.ServeMux
	endpoints     map[string]*endpoint
	base          string
	errorPage     func(http.ResponseWriter, *http.Request, *Error)
	log           *slog.Logger
	metrics       *Metrics
	tracer        trace.Tracer
	spanOptions   []trace.SpanStartOption
	proxies       []netip.Prefix
	forwarded     *sync.Once // a header of a peer that is not among them has been logged
	host          string
	crossOrigin   *http.CrossOriginProtection
	gate          *gate
	headers       map[kind]http.Header
	language      func(http.ResponseWriter, *http.Request) string
	hints         bool
	unmatchedPage *route
	unmatchedAPI  *route

	certificateHeader string // in canonical form
}

// NewMux panics when Origin is not an origin: that is a mistake in our configuration code.
func NewMux(o MuxOptions) *Mux {
	m := &Mux{
		routes: http.NewServeMux(), endpoints: map[string]*endpoint{},
		errorPage: o.ErrorPage, log: o.Log, metrics: o.Metrics, tracer: o.Tracer, proxies: o.Proxies, host: o.Host, forwarded: new(sync.Once),
		spanOptions:   []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindServer)},
		crossOrigin:   http.NewCrossOriginProtection(),
		headers:       headers(o.StrictTransport),
		language:      o.Language,
		hints:         o.Hints,
		unmatchedPage: &route{name: "unmatched", kind: page},
		unmatchedAPI:  &route{name: "unmatched", kind: api},

		certificateHeader: http.CanonicalHeaderKey(o.CertificateHeader),
	}
	m.fillDefaults()
	m.gate = &gate{limit: int64(o.InFlight), gauge: m.metrics.inFlight}
	if o.InFlight == 0 {
		m.gate.limit = 1024
	}
	if o.Origin != "" {
		if err := m.crossOrigin.AddTrustedOrigin(o.Origin); err != nil {
			panic(fmt.Sprintf("web: origin: %v", err))
		}
	}
	return m
}

func (m *Mux) fillDefaults() {
	if m.errorPage == nil {
		m.errorPage = bareErrorPage
	}
	if m.language == nil {
		m.language = func(http.ResponseWriter, *http.Request) string { return "en" }
	}
	if m.log == nil {
		m.log = slog.New(slog.DiscardHandler)
	}
	if m.metrics == nil {
		m.metrics = NewMetrics()
	}
	if m.tracer == nil {
		m.tracer = otel.Tracer("github.com/symbolon-id/symbolon/web")
	}
}

// Under returns the same Mux for registering routes below base, such as "/p" of an issuer
// https://host/p; what is registered on m itself stays at the root of the host.
func (m *Mux) Under(base string) *Mux {
	under := *m
	under.base = m.base + strings.TrimSuffix(base, "/")
	return &under
}

// Page registers a route for browsers, such as "POST /consent". Requests that change something are
// refused when another site sent them, and must be URL-encoded forms of at most MaxBody bytes.
func (m *Mux) Page(pattern string, h Handler) {
	m.register(pattern, page, func(w http.ResponseWriter, r *http.Request) error {
		if err := m.crossOrigin.Check(r); err != nil {
			return crossSite(err)
		}
		return m.answerForm(h, w, r)
	})
}

// PageFromAnywhere is Page for the one POST that other sites may send: the authorization request
// (OpenID Connect Core section 3.1.2.1). Such a request arrives without its cookies, so it can do
// nothing in the name of the user who is signed in.
func (m *Mux) PageFromAnywhere(pattern string, h Handler) {
	m.register(pattern, page, func(w http.ResponseWriter, r *http.Request) error {
		if m.crossOrigin.Check(r) != nil {
			r.Header.Del("Cookie")
		}
		return m.answerForm(h, w, r)
	})
}

// API registers a JSON route for programs, such as "POST /token", and with it the answers to OPTIONS
// and to methods not registered for its path. Bodies are at most MaxBody bytes; what type they
// are is the handler's to check. Answers are no-store unless the handler says otherwise.
func (m *Mux) API(pattern string, h Handler) {
	m.Published(pattern, func(w http.ResponseWriter, r *http.Request) error { return m.answerBounded(h, w, r) })
}

// Published is API for what is ready in memory and asked for without a body, such as our keys: it is
// answered however busy the server is.
func (m *Mux) Published(pattern string, h Handler) {
	method, path := m.split(pattern)
	m.endpoint(path).allow(method)
	m.register(pattern, api, func(w http.ResponseWriter, r *http.Request) error {
		r.Header.Del("Cookie") // every origin may call: nothing a browser adds by itself may count
		return h(w, r)
	})
}

// Static registers files below prefix, such as "/static/", for GET and HEAD. They are no-store until
// h sets Cache-Control.
func (m *Mux) Static(prefix string, h http.Handler) {
	m.register("GET "+prefix, plain, infallible(h))
}

// Plain registers a route that is answered however busy the server is: health.
func (m *Mux) Plain(pattern string, h http.Handler) { m.register(pattern, plain, infallible(h)) }

func infallible(h http.Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		h.ServeHTTP(w, r)
		return nil
	}
}

// register panics on a pattern without a method, which would accept every method there is.
func (m *Mux) register(pattern string, k kind, h Handler) {
	method, path := m.split(pattern)
	m.registerRoute(&route{name: method + " " + path, kind: k}, method+" "+path, h)
}

func (m *Mux) registerRoute(to *route, pattern string, h Handler) {
	m.routes.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		x := w.(*exchange)
		m.take(x, r, to)
		x.err = h(x, r)
	})
}

func (m *Mux) split(pattern string) (method, path string) {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok || !strings.HasPrefix(path, "/") {
		panic(fmt.Sprintf("web: pattern %q is not of the form METHOD /path", pattern))
	}
	return method, m.base + path
}
