package login

import (
	"context"
	"time"

	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
)

// Users finds users and what they enrolled.
type Users interface {
	// UserByEmail returns the user with this address, disabled or not, or storage.ErrNotFound.
	UserByEmail(ctx context.Context, email string) (storage.User, error)
	// User returns the user, disabled or not, or storage.ErrNotFound.
	User(ctx context.Context, id string) (storage.User, error)
	Factors(ctx context.Context, userID string) (storage.Factors, error)
}

// steps decides where a browser goes on.
type steps struct {
	links links
	rules rules
	users Users
	now   func() time.Time
}

// Next returns the page that is due before the request can be answered: to sign in, to prove more,
// or to enrol what the deployment requires; "" when none is. The path includes that of the site.
func (s *steps) Next(ctx context.Context, q *interaction.Request, signedIn *session.Session) (string, error) {
	if signedIn == nil || q.Fresh(signedIn.UserID, signedIn.AuthTime, s.now()) {
		return s.links.SignInURL(q.Handle), nil
	}
	have := LevelOf(signedIn.ACR)
	if s.rules.suffices(have, q.ACRValues) {
		return "", nil
	}
	enrolled, err := s.enrolled(ctx, signedIn.UserID)
	if err != nil {
		return "", err
	}
	d := demand{level: s.rules.signedIn(q.ACRValues, enrolled)}
	switch {
	case have < d.level:
		return s.page(q.Handle, d, kindsOf(have), enrolled), nil
	case s.rules.mustEnrol(enrolled) && q.Return == "":
		return s.links.enrolURL(q.Handle), nil
	}
	return "", nil
}

// Refusal returns what a client gets instead of the sign-in page under prompt=none (OpenID Connect Core
// section 3.1.2.6).
func (s *steps) Refusal() string { return "login_required" }

// due is where a browser that has come so far goes on.
func (s *steps) due(ctx context.Context, at progress) (string, error) {
	if at.session != nil && !at.takingOver() {
		if at.request == nil {
			return s.links.Landing(nil), nil
		}
		page, err := s.Next(ctx, at.request, at.session)
		if err != nil {
			return "", err
		}
		if page == "" {
			return s.links.Landing(at.request), nil
		}
		if page == s.links.enrolURL(at.handle) {
			return page, nil
		}
	}
	d, enrolled, err := s.missing(ctx, at)
	if err != nil {
		return "", err
	}
	return s.page(at.handle, d, at.kinds(), enrolled), nil
}

// missing is what the user who is known must prove, and has to prove it with; nothing without one.
func (s *steps) missing(ctx context.Context, at progress) (demand, storage.Factors, error) {
	userID := at.known()
	if userID == "" {
		return demand{}, storage.Factors{}, nil
	}
	enrolled, err := s.enrolled(ctx, userID)
	if err != nil {
		return demand{}, enrolled, err
	}
	return s.rules.signingIn(at.asked(), enrolled), enrolled, nil
}

// page is where what is missing can be proven.
func (s *steps) page(handle string, d demand, kinds []Kind, enrolled storage.Factors) string {
	if d.helpedBy(enrolled, kinds) {
		return s.links.SecondURL(handle)
	}
	return s.links.SignInURL(handle)
}

// enrolled is what the user has enrolled of the methods there are here; nothing for "", who signs up now.
func (s *steps) enrolled(ctx context.Context, userID string) (storage.Factors, error) {
	if userID == "" {
		return storage.Factors{}, nil
	}
	enrolled, err := s.users.Factors(ctx, userID)
	if err != nil {
		return storage.Factors{}, err
	}
	return s.rules.usable(enrolled), nil
}
