package outbound

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/symbolon-id/symbolon/clock"
)

const (
	maxFresh     = 24 * time.Hour
	defaultFresh = time.Minute      // of an answer that does not say
	failureFresh = 30 * time.Second // a URL that fails is left alone for so long
	renewEvery   = 10 * time.Second // for a caller who misses something in the answer
	maxEntries   = 1024
	maxCached    = 16 << 20 // bytes of all bodies together
)

// key is what an answer is remembered under.
type key struct {
	url    string
	limits Limits
}

// entry is one fetch: under way until done is closed, then its result.
type entry struct {
	done       chan struct{}
	response   *Response
	err        error
	last       *Response // the answer before, while there is none, or a host that is down
	freshUntil time.Time // zero while under way
	renewed    time.Time // when an answer was last asked for anew
}

// known is the newest answer, fresh or not.
func (e *entry) known() *Response {
	if e.response != nil {
		return e.response
	}
	return e.last
}

func (e *entry) size() int {
	if known := e.known(); known != nil {
		return len(known.Body)
	}
	return 0
}

// cache remembers answers and failures. A fetch under way is one, too: who asks meanwhile waits for it.
type cache struct {
	clock clock.Clock
	wait  func(ctx context.Context, rawURL string) (leave func() error, err error)

	mu      sync.Mutex // guards what follows
	entries map[key]*entry
	bytes   int
}

func newCache(clock clock.Clock, wait func(context.Context, string) (func() error, error)) *cache {
	if wait == nil {
		wait = func(context.Context, string) (func() error, error) { return func() error { return nil }, nil }
	}
	return &cache{clock: clock, wait: wait, entries: map[key]*entry{}}
}

func (c *cache) get(ctx context.Context, k key, fetch func() (*Response, error)) (*Response, error) {
	if e := c.kept(k); e != nil {
		return c.orStale(k, e.response, e.err)
	}
	leave, err := c.wait(ctx, k.url)
	if err != nil {
		return c.orStale(k, nil, busy(err))
	}
	response, err := c.await(ctx, k, fetch)
	if busyNow := leave(); busyNow != nil {
		return nil, busy(busyNow)
	}
	return c.orStale(k, response, err)
}

// orStale returns the last answer instead of an error that will pass.
func (c *cache) orStale(k key, response *Response, err error) (*Response, error) {
	if failed, ok := errors.AsType[*Error](err); ok && failed.Temporary {
		if last := c.stale(k); last != nil {
			return last, nil
		}
	}
	return response, err
}

func (c *cache) await(ctx context.Context, k key, fetch func() (*Response, error)) (*Response, error) {
	e, mine := c.enter(k)
	if mine {
		go c.fill(k, e, fetch) // goes on for the others when this caller goes away
	}
	select {
	case <-e.done:
		return e.response, e.err
	case <-ctx.Done():
		return nil, reasonOf(ctx.Err())
	}
}

// kept returns what needs no waiting for, or nil.
func (c *cache) kept(k key) *entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[k]; ok && c.clock.Now().Before(e.freshUntil) {
		return e
	}
	return nil
}

// stale returns the last answer while it may stand in for one that cannot be had (RFC 5861), or nil.
func (c *cache) stale(k key) *Response {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[k]
	if !ok || k.limits.Stale == 0 {
		return nil
	}
	if last := e.known(); last != nil && c.clock.Now().Before(last.freshUntil.Add(k.limits.Stale)) {
		return last
	}
	return nil
}

// knows reports whether get would not fetch: the answer is here, or on its way.
func (c *cache) knows(k key) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[k]
	return ok && c.serves(e)
}

// serves expects mu to be held.
func (c *cache) serves(e *entry) bool {
	return e.freshUntil.IsZero() || c.clock.Now().Before(e.freshUntil)
}

// enter returns the entry to wait for, and whether the caller has to fill it.
func (c *cache) enter(k key) (e *entry, mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before, ok := c.entries[k]
	if ok && c.serves(before) {
		return before, false
	}
	e = &entry{done: make(chan struct{})}
	if ok {
		e.last, e.renewed = before.known(), before.renewed
	}
	c.put(k, e)
	return e, true
}

func (c *cache) fill(k key, e *entry, fetch func() (*Response, error)) {
	response, err := fetch()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bytes -= e.size()
	c.settle(k, e, response, err)
	c.bytes += e.size()
	close(e.done)
	if !c.serves(e) && k.limits.Stale == 0 { // of no use to others
		c.remove(k)
	}
	c.shrink()
}

// settle gives an entry its result. It expects mu to be held.
func (c *cache) settle(k key, e *entry, response *Response, err error) {
	now := c.clock.Now()
	e.response, e.err, e.freshUntil = response, err, now.Add(failureFresh)
	failed, _ := errors.AsType[*Error](err)
	switch {
	case err == nil:
		e.freshUntil = now.Add(max(freshFor(response.Header), k.limits.Least))
		response.freshUntil, e.last = e.freshUntil, nil
	case failed != nil && failed.Err != nil: // the host was not asked
		e.freshUntil = now
	case failed == nil || !failed.Temporary:
		e.last = nil
	}
}

// renew makes an answer one that is no longer fresh, at most so often. A failure is left alone, and so is
// what is under way.
func (c *cache) renew(k key) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.clock.Now()
	e, ok := c.entries[k]
	switch {
	case !ok:
		c.put(k, &entry{freshUntil: now, renewed: now})
	case now.Sub(e.renewed) < renewEvery:
	case e.freshUntil.IsZero():
		e.renewed = now
	case e.err == nil:
		e.freshUntil, e.renewed = now, now
	}
}

// reject puts a failure in the place of an answer that is kept.
func (c *cache) reject(k key, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[k]; ok && e.response != nil && c.serves(e) {
		c.put(k, &entry{err: refused(reason), freshUntil: c.clock.Now().Add(failureFresh), renewed: e.renewed})
	}
}

// put expects mu to be held, as does remove.
func (c *cache) put(k key, e *entry) {
	c.remove(k)
	c.entries[k] = e
	c.bytes += e.size()
}

func (c *cache) remove(k key) {
	if e, ok := c.entries[k]; ok {
		c.bytes -= e.size()
		delete(c.entries, k)
	}
}

// shrink drops what has expired, then anything that is not under way, until the bounds hold. It
// expects mu to be held.
func (c *cache) shrink() {
	for _, expiredOnly := range []bool{true, false} {
		for k, e := range c.entries {
			if len(c.entries) <= maxEntries && c.bytes <= maxCached {
				return
			}
			if !e.freshUntil.IsZero() && (!expiredOnly || !c.clock.Now().Before(e.freshUntil)) {
				c.remove(k)
			}
		}
	}
}

// freshFor reads Cache-Control as a shared cache does (RFC 9111 section 5.2.2). Where it says two
// things, the shorter time counts.
func freshFor(h http.Header) time.Duration {
	fresh, said := maxFresh, false
	for directive := range strings.SplitSeq(strings.Join(h.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.ToLower(strings.TrimSpace(directive)), "=")
		switch name {
		case "no-store", "no-cache", "private":
			return 0
		case "max-age", "s-maxage":
			said, fresh = true, min(fresh, seconds(value))
		}
	}
	if !said {
		return defaultFresh
	}
	return max(0, fresh-seconds(h.Get("Age")))
}

// seconds is 0 for what cannot be read.
func seconds(text string) time.Duration {
	n, err := strconv.ParseUint(strings.Trim(text, `"`), 10, 64)
	if err != nil {
		return 0
	}
	return time.Duration(min(n, 1<<31)) * time.Second
}
