// Package outbound makes the requests this server makes to addresses that someone else chose: client
// metadata documents, key sets, logout notices. Someone who chooses such an address must learn nothing
// about the network we stand in and reach nothing there, so all of them go through one Client.
//
//	url.go      which URLs may be asked for at all
//	address.go  which addresses are public
//	inside.go   what else an operator lets it ask
//	loopback.go this machine, which only symbolon dev may ask
//	dial.go     resolves once, checks every answer, dials only what was checked
//	client.go   Get and Post: no redirects, no cookies, no proxies, small, fast
//	cache.go    one fetch for all who ask at once, kept as Cache-Control says
//	error.go    what the caller may know of a failure
package outbound

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/symbolon-id/symbolon/clock"
)

const (
	userAgent     = "Symbolon (+https://github.com/symbolon-id/symbolon)"
	maxTime       = 5 * time.Second
	maxHeader     = 16 << 10 // bytes
	maxConcurrent = 256      // requests under way, to all the world together
)

// Limits bound one kind of request. Answers fetched under different limits are kept apart.
type Limits struct {
	Body   int64         // bytes of the answer; more is refused
	Time   time.Duration // for everything together; at most 5 s, which is also what 0 means
	Accept string        // media types that are of use; empty: JSON
	Least  time.Duration // an answer is kept at least so long, whatever it says
	Stale  time.Duration // and so much longer for as long as its host is down
}

// Document bounds a client metadata document.
func Document() Limits { return Limits{Body: 5 << 10} }

// KeySet bounds a JWK Set. Whatever its site says, it is not asked for at every signature, and signatures
// are verified while the site is down.
func KeySet() Limits { return Limits{Body: 256 << 10, Least: 10 * time.Second, Stale: time.Hour} }

// RedirectList bounds what a sector_identifier_uri names.
func RedirectList() Limits { return Limits{Body: 128 << 10} }

// Picture bounds a logo, which is not waited for long.
func Picture() Limits {
	return Limits{Body: 100 << 10, Time: 2 * time.Second, Accept: "image/png, image/jpeg, image/gif"}
}

// Options are those of a Client. All may stay zero.
type Options struct {
	Ports    []uint16                  // may be named in a URL; without them there is only 443, unnamed
	Resolver Resolver                  // nil: the system's
	Allow    func(netip.AddrPort) bool // addresses to dial; nil: public ones
	Roots    *x509.CertPool            // nil: the system's
	Clock    clock.Clock               // nil: the system's
	Self     string                    // URL of this server, which never asks itself
	Inside   Inside                    // may be asked beside what is public

	// Wait lets a caller of Get wait for the answer of a host, or returns why it may not; leave ends
	// the wait and returns why the caller cannot go on. Nil: every caller may wait.
	Wait func(ctx context.Context, rawURL string) (leave func() error, err error)

	// Loopback lets programs on this machine be asked as well, also by http: for symbolon dev, where
	// no one else can reach us. A name on the internet still leads there and nowhere else.
	Loopback bool
}

// Resolver finds the addresses of a host name.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

var _ Resolver = (*net.Resolver)(nil)

// Client fetches from the public internet, and from what Options open beside it. It is safe for concurrent use.
type Client struct {
	ports     []uint16
	self      *url.URL
	inside    Inside
	loopback  bool
	transport *http.Transport
	slots     chan struct{}
	cache     *cache
}

// New returns a Client. Proxies named by the environment are not used: they would dial for us, past
// every check. TLS is verified, of version 1.2 or later.
func New(o Options) *Client {
	self, err := url.Parse(o.Self)
	if err != nil {
		self = &url.URL{}
	}
	return &Client{
		self: self, ports: o.Ports, inside: o.Inside, loopback: o.Loopback,
		transport: &http.Transport{
			DialContext:            newDialer(o).dial,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots, Time: o.Clock},
			TLSHandshakeTimeout:    maxTime,
			DisableKeepAlives:      true,
			DisableCompression:     true,
			MaxResponseHeaderBytes: maxHeader,
		},
		slots: make(chan struct{}, maxConcurrent),
		cache: newCache(o.Clock, o.Wait),
	}
}

// Response is an answer of status 200. It is shared: do not change it.
type Response struct {
	Header http.Header
	Body   []byte

	freshUntil time.Time // until then Get answers with this one
	reading    sync.Once
	content    []byte
	unreadable error
}

// Read returns what read makes of the body. It is called once, however often an answer is used.
func (r *Response) Read(read func(body []byte) ([]byte, error)) ([]byte, error) {
	r.reading.Do(func() { r.content, r.unreadable = read(r.Body) })
	return r.content, r.unreadable
}

// Get returns what an https URL answers with status 200; everything else is an *Error. Callers that
// ask for the same at once share one request, which goes on when one of them goes away.
func (c *Client) Get(ctx context.Context, rawURL string, limits Limits) (*Response, error) {
	if _, err := c.Check(rawURL); err != nil {
		return nil, err
	}
	return c.cache.get(ctx, key{rawURL, limits}, func() (*Response, error) {
		return c.fetch(context.WithoutCancel(ctx), rawURL, limits)
	})
}

// Renew makes the next Get ask again, for a caller with reason to believe that the answer is no longer the
// last one. That is done once in ten seconds at most; failures are left alone, and so is a request under way.
func (c *Client) Renew(rawURL string, limits Limits) { c.cache.renew(key{rawURL, limits}) }

// Stale returns the last answer for as long as it may be used without asking its host, or nil.
func (c *Client) Stale(rawURL string, limits Limits) *Response {
	return c.cache.stale(key{rawURL, limits})
}

// Reject says why an answer was of no use, however long it may be kept: it counts as a failure.
func (c *Client) Reject(rawURL string, limits Limits, reason string) {
	c.cache.reject(key{rawURL, limits}, reason)
}

// Known reports whether Get would answer without a request of its own.
func (c *Client) Known(rawURL string, limits Limits) bool { return c.cache.knows(key{rawURL, limits}) }

func (c *Client) fetch(ctx context.Context, rawURL string, limits Limits) (*Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, rawURL, nil)
	if err != nil {
		return nil, refused("url")
	}
	r.Header.Set("Accept", cmp.Or(limits.Accept, "application/json"))
	answer, body, err := c.send(r, limits, limits.read)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, &Error{Reason: "status " + strconv.Itoa(answer.StatusCode), Temporary: answer.StatusCode >= http.StatusInternalServerError}
	}
	return &Response{Header: answer.Header, Body: body}, nil
}

// Post sends a form to an https URL and returns the status of the answer, whichever it is. An *Error
// says that there was none. What else is in the answer is not read.
func (c *Client) Post(ctx context.Context, rawURL string, form url.Values, limits Limits) (status int, err error) {
	if _, err := c.Check(rawURL); err != nil {
		return 0, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, rawURL, bytes.NewReader([]byte(form.Encode())))
	if err != nil {
		return 0, refused("url")
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, _, err := c.send(r, limits, unread)
	if err != nil {
		return 0, err
	}
	return answer.StatusCode, nil
}

// send makes one request. The transport alone neither follows redirects nor keeps cookies.
func (c *Client) send(r *http.Request, limits Limits, read func(*http.Response) ([]byte, error)) (*http.Response, []byte, error) {
	ctx, cancel := context.WithTimeout(r.Context(), limits.time())
	defer cancel()
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return nil, nil, busy(ctx.Err())
	}
	r.Header.Set("User-Agent", userAgent)
	answer, err := c.transport.RoundTrip(r.WithContext(ctx))
	if err != nil {
		return nil, nil, reasonOf(err)
	}
	defer answer.Body.Close()
	body, err := read(answer)
	if late := ctx.Err(); late != nil { // who ends its answer because we hang up did not finish it
		return nil, nil, reasonOf(late)
	}
	return answer, body, err
}

func unread(*http.Response) ([]byte, error) { return nil, nil }

// read never takes more than the limit off the line, whatever length was announced.
func (l Limits) read(answer *http.Response) ([]byte, error) {
	if coding := answer.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return nil, refused("content encoding")
	}
	if answer.ContentLength > l.Body {
		return nil, refused("too large")
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, l.Body+1))
	switch {
	case err != nil:
		return nil, reasonOf(err)
	case int64(len(body)) > l.Body:
		return nil, refused("too large")
	}
	return body, nil
}

func (l Limits) time() time.Duration {
	if l.Time <= 0 || l.Time > maxTime {
		return maxTime
	}
	return l.Time
}
