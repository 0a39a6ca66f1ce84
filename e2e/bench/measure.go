package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

var errInactive = errors.New("the token is not active")

// sample is one round of one work: CPU per request, and requests per second.
type sample struct {
	server, database time.Duration
	rate             float64
}

func (s sample) total() time.Duration { return s.server + s.database }

// round sends n requests of each caller, at once, and says what they cost. The first process of a
// target is its server, the others are its database.
func round(t *target, callers, n int, do func(caller int) error) (sample, error) {
	pids := t.pids()
	before := usageOf(pids)
	serverBefore := usageOf(pids[len(pids)-1:])
	began := time.Now()
	if err := crowd(callers, n, do); err != nil {
		return sample{}, err
	}
	took := time.Since(began)
	pids = t.pids()
	server := usageOf(pids[len(pids)-1:]).since(serverBefore)
	total := usageOf(pids).since(before)
	requests := time.Duration(callers * n)
	return sample{server / requests, (total - server) / requests, float64(requests) / took.Seconds()}, nil
}

// crowd lets callers do something n times each, and returns the first error.
func crowd(callers, n int, do func(caller int) error) error {
	var failed atomic.Pointer[error]
	var all sync.WaitGroup
	for caller := range callers {
		all.Go(func() {
			for range n {
				if err := do(caller); err != nil {
					failed.CompareAndSwap(nil, &err)
				}
				if failed.Load() != nil {
					return
				}
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

// signature is what one bare RSA-2048 signature costs on this thread, by n of them.
func signature(key *rsa.PrivateKey, n int) (time.Duration, error) {
	digest := sha256.Sum256([]byte("bench"))
	began := onThread()
	for range n {
		if _, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:]); err != nil {
			return 0, err
		}
	}
	return (onThread() - began) / time.Duration(n), nil
}

func newKey() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) }

// result is what one work came to: medians of its rounds.
type result struct {
	sample
	signatures, ceilings float64 // as a multiple of one signature, of the ceiling
}

// compare alternates rounds of the ceiling, the bare signature and the server. Ratios are taken per
// round: its three parts are neighbours in time.
func (b *bench) compare(w work, t *target, key *rsa.PrivateKey) (result, error) {
	n := max(1, b.requests*w.times/b.callers)
	var server, database, rate, signatures, ceilings []float64
	for range b.rounds {
		floor, err := b.floor(w, t, n)
		if err != nil {
			return result{}, err
		}
		bare, err := signature(key, 100)
		if err != nil {
			return result{}, err
		}
		s, err := b.measure(w, t, n)
		if err != nil {
			return result{}, err
		}
		server, database, rate = append(server, float64(s.server)), append(database, float64(s.database)), append(rate, s.rate)
		signatures = append(signatures, float64(s.total())/float64(bare))
		ceilings = append(ceilings, float64(s.total())/float64(floor.total()))
	}
	return result{
		sample{time.Duration(median(server)), time.Duration(median(database)), median(rate)},
		median(signatures), median(ceilings),
	}, nil
}

// floor is what a work is compared with.
func (b *bench) floor(w work, t *target, n int) (sample, error) {
	if w.beside == nil {
		return b.measure(w, b.ceiling, n)
	}
	w.prepare = w.beside
	return b.measure(w, t, n)
}

// measure is one round after a few requests that open connections and prepare statements.
func (b *bench) measure(w work, t *target, n int) (sample, error) {
	const warming = 5
	do, err := w.prepare(t, b.callers, n+warming)
	if err != nil {
		return sample{}, err
	}
	if err := crowd(b.callers, warming, do); err != nil {
		return sample{}, err
	}
	return round(t, b.callers, n, do)
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
