package keys

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/storage"
)

// Store keeps the signing keys for all nodes.
type Store interface {
	// SigningKeys returns every key that was not dropped.
	SigningKeys(ctx context.Context) ([]storage.SigningKey, error)
	// AddSigningKey answers storage.ErrExists when the algorithm has a key of this serial.
	AddSigningKey(ctx context.Context, k storage.SigningKey) error
	// PromoteSigningKey makes a key sign from that time on; it changes nothing when the key does so
	// from an earlier time already, or is revoked.
	PromoteSigningKey(ctx context.Context, kid string, signsFrom time.Time) error
	// ResealSigningKey replaces how the key is sealed, if before is what is kept.
	ResealSigningKey(ctx context.Context, kid string, before, after []byte) error
	// RevokeSigningKey answers storage.ErrNotFound when there is no such key.
	RevokeSigningKey(ctx context.Context, kid string, at time.Time) error
	// DropSigningKeys deletes those of the keys that were created before that time.
	DropSigningKeys(ctx context.Context, before time.Time, kids []string) error
}

// Options are the ring's times; a zero field takes its default.
type Options struct {
	Clock        clock.Clock   // nil: the system's
	PublishAhead time.Duration // how long clients may cache the JWKS; default 5 minutes
	Spread       time.Duration // how long until every node publishes a key that was added; default 3 seconds
	RotateAfter  time.Duration // age at which a signing key is replaced; default 90 days
	Overlap      time.Duration // longest life of a token, and some for clocks; default 24 hours
	Log          *slog.Logger  // default: none
}

// Ring signs and verifies with the deployment's keys. They are held in memory: signing, verifying
// and the JWKS never touch the store, and go on while it is down.
type Ring struct {
	store  Store
	sealer *Sealer
	opt    Options

	// mu makes reading the store and publishing what was read one step: an older reading never
	// overwrites a newer one, which would bring a revoked key back.
	mu     sync.Mutex
	opened map[string]*key // by kid; what has been unsealed is not unsealed again
	state  atomic.Pointer[state]
}

// state is the ring at one time. It is never changed, only replaced.
type state struct {
	infos   []KeyInfo
	keys    map[string]*key // the published ones, by kid
	signing map[string]*key // by algorithm
	jwks    []byte
	etag    string
}

// NewRing makes an empty ring; Load fills it.
func NewRing(store Store, sealer *Sealer, opt Options) *Ring {
	if opt.PublishAhead == 0 {
		opt.PublishAhead = 5 * time.Minute
	}
	if opt.Spread == 0 {
		opt.Spread = 3 * pollEvery
	}
	if opt.RotateAfter == 0 {
		opt.RotateAfter = 90 * 24 * time.Hour
	}
	if opt.Overlap == 0 {
		opt.Overlap = 24 * time.Hour
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	r := &Ring{store: store, sealer: sealer, opt: opt, opened: map[string]*key{}}
	r.state.Store(&state{})
	return r
}

// Load reads the keys from the store and, on first use, makes them: a signing and a next key for
// every standard algorithm. After an error the ring goes on with what it had.
func (r *Ring) Load(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.load(ctx)
}

// load completes the lines that are there, and those of the algorithms that are to begin.
func (r *Ring) load(ctx context.Context, begin ...string) error {
	const rounds = 10 // three make a ring from nothing; more are needed when other nodes interfere
	for range rounds {
		rows, err := r.store.SigningKeys(ctx)
		if err != nil {
			return fmt.Errorf("read signing keys: %w", err)
		}
		now := r.opt.Clock.Now()
		wrote, err := r.complete(ctx, lifecycle(rows, now, r.opt.Overlap), now, begin...)
		if err != nil {
			return r.makeDo(rows, now, err)
		}
		if wrote {
			continue
		}
		if err := r.publish(rows, now); err != nil {
			return r.makeDo(rows, now, err)
		}
		return nil
	}
	return fmt.Errorf("load signing keys: they kept changing: %w", storage.ErrUnavailable)
}

// makeDo goes on without the keys this node could not add or open, so that a revocation is felt
// all the same. Not at the start: no JWKS is ever served without the next key.
func (r *Ring) makeDo(rows []storage.SigningKey, now time.Time, cause error) error {
	if r.Ready() != nil {
		return cause
	}
	known := slices.DeleteFunc(slices.Clone(rows), func(k storage.SigningKey) bool {
		return r.opened[k.KID] == nil && k.RevokedAt.IsZero()
	})
	return errors.Join(cause, r.publish(known, now))
}

func (r *Ring) publish(rows []storage.SigningKey, now time.Time) error {
	infos := lifecycle(rows, now, r.opt.Overlap)
	if slices.Equal(infos, r.state.Load().infos) {
		return nil
	}
	opened, err := r.openAll(rows, infos)
	if err != nil {
		return err
	}
	next, err := newState(infos, opened)
	if err != nil {
		return err
	}
	r.opened = opened
	r.state.Store(next)
	return nil
}

// openAll opens the published keys; the others are not needed any more.
func (r *Ring) openAll(rows []storage.SigningKey, infos []KeyInfo) (map[string]*key, error) {
	opened := make(map[string]*key, len(infos))
	for _, info := range infos {
		if !info.published() {
			continue
		}
		k := r.opened[info.KID]
		if k == nil {
			var err error
			row := slices.IndexFunc(rows, func(row storage.SigningKey) bool { return row.KID == info.KID })
			if k, err = open(rows[row], r.sealer); err != nil {
				return nil, err
			}
		}
		opened[info.KID] = k
	}
	return opened, nil
}

func newState(infos []KeyInfo, opened map[string]*key) (*state, error) {
	s := &state{infos: infos, keys: opened, signing: map[string]*key{}}
	for _, info := range infos {
		if info.State == Signing {
			s.signing[info.Alg] = opened[info.KID]
		}
	}
	var err error
	s.jwks, s.etag, err = renderJWKS(infos, opened)
	return s, err
}

// List returns every key, retired and revoked ones too until they are dropped.
func (r *Ring) List() []KeyInfo { return slices.Clone(r.state.Load().infos) }

// Algorithms names what Sign can do, the default first, whether there are keys for it yet or not.
func (r *Ring) Algorithms() []string { return algorithms() }

// Ready says why the ring cannot sign, or nil.
func (r *Ring) Ready() error {
	s := r.state.Load()
	for _, alg := range standard() {
		if s.signing[alg] == nil {
			return fmt.Errorf("no %s signing key is loaded: %w", alg, storage.ErrUnavailable)
		}
	}
	return nil
}
