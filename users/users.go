// Package users keeps the people who sign in here. It is the home of the rules about them for every caller:
// the command line and the account pages.
//
//	users.go    the service, and who is found by what
//	create.go   new people
//	change.go   name, profile and groups; address.go: addresses
//	state.go    disable, enable, delete
//	post.go     links that let people in, and the mails that bring or announce them
//	recover.go  links for people who lost every way to sign in
//	fields.go   what a profile can say; fieldcheck.go: how
//	order.go    what is recorded first
//	collect.go  all that is kept of one; document.go its form
//
// What gives power is recorded before it happens, and without the record it does not happen. What takes
// power away happens first: it must not wait for the record. Each act names who acts.
package users

import (
	"context"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/storage"
)

// Store keeps people. Who is missing is storage.ErrNotFound; a change of who has changed since they were
// read is storage.ErrConflict.
type Store interface {
	CreateUser(ctx context.Context, u storage.User) error
	User(ctx context.Context, id string) (storage.User, error)
	UserByEmail(ctx context.Context, email string) (storage.User, error)
	// Users returns only those whose name or an address of whom contains search; all, when it is empty.
	Users(ctx context.Context, search string, p storage.Page) ([]storage.User, error)
	SetUserProfile(ctx context.Context, u *storage.User) error
	SetUserGroups(ctx context.Context, u *storage.User) error
	// SetUserDisabled also ends sessions and tokens; a zero time enables again.
	SetUserDisabled(ctx context.Context, id string, at time.Time) error
	// ChangeEmail and SetSecondEmail spend proof with the change, and are storage.ErrExists when the address is
	// another user's, storage.ErrSpent when proof was used before.
	ChangeEmail(ctx context.Context, userID, email string, proof storage.Spent, at time.Time) error
	SetSecondEmail(ctx context.Context, userID, email string, proof storage.Spent, at time.Time) error
	// DropSecondEmail is storage.ErrNotFound when email is not the second address.
	DropSecondEmail(ctx context.Context, userID, email string, at time.Time) error
	// DeleteUser removes the user with all that is theirs: every token of theirs is dead.
	DeleteUser(ctx context.Context, id string) error
	// Spend is storage.ErrSpent when it was spent before.
	Spend(ctx context.Context, s storage.Spent) error
	ExportStore
}

// Recorder records one audit event durably.
type Recorder interface {
	Record(ctx context.Context, e audit.Event) error
}

// Service keeps people.
type Service struct {
	Store Store
	Audit Recorder
	Clock clock.Clock
}

// List returns the users that p chooses, disabled ones too: of all, or of those whose name or an address of
// whom contains search.
func (s *Service) List(ctx context.Context, search string, p storage.Page) ([]storage.User, error) {
	return s.Store.Users(ctx, search, p)
}

// Find returns the user with this id or address.
func (s *Service) Find(ctx context.Context, idOrEmail string) (storage.User, error) {
	if strings.Contains(idOrEmail, "@") {
		return s.Store.UserByEmail(ctx, idOrEmail)
	}
	return s.Store.User(ctx, idOrEmail)
}

// Export collects all that is kept of the user.
func (s *Service) Export(ctx context.Context, idOrEmail string) (Document, error) {
	u, err := s.Find(ctx, idOrEmail)
	if err != nil {
		return Document{}, err
	}
	return NewDocument(ctx, s.Store, u, s.Clock.Now())
}
