// Package session remembers who is signed in in a browser.
//
// The browser holds one opaque cookie; everything else is a row, so that a session ends the moment
// its row says so, on every node. A new sign-in always gets a new cookie, so an attacker who
// planted or saw the old one has nothing.
package session

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// Store keeps sessions durably.
type Store interface {
	// StartSession does all of in, or nothing: storage.ErrSpent when a single use is spent,
	// storage.ErrNotFound when the user is missing or disabled.
	StartSession(ctx context.Context, in storage.SignIn) (storage.User, error)
	// Session returns the session of this digest if it is live, or storage.ErrNotFound.
	Session(ctx context.Context, digest []byte) (storage.Session, storage.User, error)
	TouchSession(ctx context.Context, id string, seen, idleAt time.Time) error
	EndSession(ctx context.Context, id string, at time.Time) error
}

// Session is a live session and the person signed in.
type Session struct {
	storage.Session
	User storage.User
}

// Options are those of a deployment; a zero duration means the default.
type Options struct {
	web.Cookies

	Idle     time.Duration // a session ends unless it is used for this long; default 7 days
	Absolute time.Duration // and after this long in any case; default 30 days
	Now      func() time.Time

	// ShowState gives browsers a second cookie, which scripts can read: see State.
	ShowState bool

	Bind    Binding
	Browser func(userAgent string) string // what SignIn.Session.UserAgent is made by; nil: browsers are not distinguished
	// Stolen is called when a session ended because its cookie came from elsewhere, Moved when one is
	// used in another network than it began in, about once for each.
	Stolen, Moved func(ctx context.Context, s *Session)
}

// Sessions starts, finds and ends sessions.
type Sessions struct {
	store   Store
	options Options
	cookie  carrier
	touch   chan storage.Session
	touched sync.Map // ids in the queue: one session asks once
	moves   moves
}

// New returns the sessions of store.
func New(store Store, o Options) *Sessions {
	if o.Idle == 0 {
		o.Idle = 7 * 24 * time.Hour
	}
	if o.Absolute == 0 {
		o.Absolute = 30 * 24 * time.Hour
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Sessions{store: store, options: o, touch: make(chan storage.Session, touchQueue)}
	s.cookie = newCarrier(o, s.find)
	return s
}

// Start makes in durable and gives the browser the session's cookie. The caller says who signs in,
// what that spends, and in.Session's AuthTime, ACR, AMR, UserAgent and Network; the rest is filled in
// here. A user who signs in again where they are signed in keeps their session, and with it what
// applications were granted in it; the cookie is new in any case. Another person's session ends in
// the same transaction.
func (s *Sessions) Start(w http.ResponseWriter, r *http.Request, in storage.SignIn) (*Session, error) {
	before, err := s.Current(r)
	if err != nil {
		return nil, err
	}
	bearer := storage.NewBearer("")
	started, err := s.start(r.Context(), in, before, bearer)
	if err != nil {
		return nil, fmt.Errorf("start session: %w", err)
	}
	s.setState(w, started.State(), int(s.options.Absolute.Seconds()))
	return started, s.cookie.hand(w, r, bearer, started)
}

func (s *Sessions) start(ctx context.Context, in storage.SignIn, before *Session, bearer string) (*Session, error) {
	if before != nil && before.UserID == in.UserID {
		raised, err := s.raise(ctx, in, before, bearer)
		if !errors.Is(err, storage.ErrNotFound) {
			return raised, err
		} // it has just ended; whether the user is there, the next says
	}
	if before != nil {
		in.Replaces = before.ID
	}
	in.Session = s.fresh(in.Session, bearer)
	user, err := s.store.StartSession(ctx, in)
	in.Session.UserID = user.ID
	return &Session{Session: in.Session, User: user}, err
}

// raise keeps the session and what it began with.
func (s *Sessions) raise(ctx context.Context, in storage.SignIn, before *Session, bearer string) (*Session, error) {
	now, n := s.options.Now(), before.Session
	n.Digest, n.AuthTime, n.ACR, n.AMR = storage.Digest(bearer), in.Session.AuthTime, in.Session.ACR, in.Session.AMR
	n.LastSeenAt, n.IdleAt = now, s.idleAt(n, now)
	in.Raises, in.Session = before.ID, n
	user, err := s.store.StartSession(ctx, in)
	return &Session{Session: n, User: user}, err
}

func (s *Sessions) fresh(n storage.Session, bearer string) storage.Session {
	now := s.options.Now()
	n.ID, n.Digest = storage.NewID(storage.SessionPrefix), storage.Digest(bearer)
	n.CreatedAt, n.LastSeenAt = now, now
	n.ExpiresAt = now.Add(s.options.Absolute)
	n.IdleAt = s.idleAt(n, now)
	return n
}

// idleAt is never beyond the absolute end.
func (s *Sessions) idleAt(n storage.Session, now time.Time) time.Time {
	idle := now.Add(s.options.Idle)
	if idle.After(n.ExpiresAt) {
		return n.ExpiresAt
	}
	return idle
}

// Current returns the session of this browser, or nil when it is not signed in. It looks the
// session up once in a request, however often it is called. An error means that the store cannot
// say; it must never be taken for "signed out".
func (s *Sessions) Current(r *http.Request) (*Session, error) {
	now, err := s.cookie.session(r)
	if err != nil {
		return nil, fmt.Errorf("current session: %w", err)
	}
	return now, nil
}

// Brought reports whether r brings the cookie of a session, alive or not. It asks no store.
func (s *Sessions) Brought(r *http.Request) bool { return len(r.CookiesNamed(s.cookie.name)) == 1 }

// End signs this browser out: the session ends for good and the cookie is taken back.
func (s *Sessions) End(w http.ResponseWriter, r *http.Request) error {
	now, err := s.Current(r)
	if err != nil {
		return err
	}
	if now != nil {
		if err := s.store.EndSession(r.Context(), now.ID, s.options.Now()); err != nil {
			return fmt.Errorf("end session: %w", err)
		}
		s.moves.forget(now.ID)
	}
	s.setState(w, "", -1)
	return s.cookie.takeBack(w, r)
}

// find returns the live session of a cookie's value, or nil when there is none or r does not fit it.
func (s *Sessions) find(r *http.Request, bearer string) (*Session, error) {
	row, user, err := s.store.Session(r.Context(), storage.Digest(bearer))
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	// The store judges by its clock reading; ours is judged too, so that neither a cleanup that
	// does not run nor a forged Max-Age lengthens a life.
	now := s.options.Now()
	if !now.Before(row.IdleAt) || !now.Before(row.ExpiresAt) {
		return nil, nil
	}
	found := &Session{Session: row, User: user}
	if fits, err := s.fits(r, found); err != nil || !fits {
		return nil, err
	}
	s.seen(row, now)
	return found, nil
}
