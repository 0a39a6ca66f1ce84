package users

import (
	"context"
	"errors"
	"fmt"

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
	name, err := validName(u.Name)
	if err != nil {
		return storage.User{}, err
	}
	_, err = s.Store.UserByEmail(ctx, address)
	if err == nil {
		return storage.User{}, storage.ErrExists
	}
	if !errors.Is(err, storage.ErrNotFound) {
		return storage.User{}, err
	}
	now := s.Clock.Now()
	made := storage.User{
		ID: storage.NewID(storage.UserPrefix), Email: address, Name: name, Profile: u.Profile, CreatedAt: now, UpdatedAt: now,
	}
	err = s.give(ctx, by, audit.UserCreated, made.ID, func() error { return s.Store.CreateUser(ctx, made) })
	if err != nil {
		return storage.User{}, fmt.Errorf("create user: %w", err)
	}
	return made, nil
}

// validName is CleanName for who names the field.
func validName(name string) (string, error) {
	clean, err := CleanName(name)
	if err != nil {
		return "", clients.Invalid{Field: "name", Reason: err.Error()}
	}
	return clean, nil
}
