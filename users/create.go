package users

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
)

// User is what is chosen of a new one.
type User struct {
	Email, Name string
	Profile     storage.Profile
}

// Create adds a user, who can sign in by their address from now on. A clients.Invalid says what cannot be
// accepted; storage.ErrExists that the address is taken.
func (s *Service) Create(ctx context.Context, by audit.Actor, u User) (storage.User, error) {
	address, err := mail.ParseAddress(u.Email)
	if err != nil {
		return storage.User{}, clients.Invalid{Field: "email", Reason: err.Error()}
	}
	if err := checkName("name", u.Name); err != nil {
		return storage.User{}, err
	}
	_, err = s.Store.UserByEmail(ctx, address)
	if err == nil {
		return storage.User{}, storage.ErrExists
	}
	if !errors.Is(err, storage.ErrNotFound) {
		return storage.User{}, err
	}
	now := time.Now()
	made := storage.User{
		ID: storage.NewID(storage.UserPrefix), Email: address, Name: u.Name, Profile: u.Profile, CreatedAt: now, UpdatedAt: now,
	}
	if err := s.record(ctx, by, audit.UserCreated, made.ID, ""); err != nil {
		return storage.User{}, err
	}
	if err := s.Store.CreateUser(ctx, made); err != nil {
		return storage.User{}, fmt.Errorf("create user: %w", err)
	}
	return made, nil
}

// checkName takes no name for one, too.
func checkName(field, name string) error {
	if name == "" {
		return nil
	}
	return clients.CheckName(field, name)
}
