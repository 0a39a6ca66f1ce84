package users

import (
	"context"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage"
)

// Change applies change to the name and the profile of a user, and stores them. Of two changes at once
// the second is a storage.ErrConflict, and changes nothing.
func (s *Service) Change(ctx context.Context, by audit.Actor, idOrEmail string, change func(u *storage.User) error) (storage.User, error) {
	user, err := s.Find(ctx, idOrEmail)
	if err != nil {
		return storage.User{}, err
	}
	before := user.Name
	if err := change(&user); err != nil {
		return storage.User{}, err
	}
	if user.Name != before {
		if err := checkName("name", user.Name); err != nil {
			return storage.User{}, err
		}
	}
	// Applications may take a name for a login.
	if err := s.record(ctx, by, audit.ProfileChanged, user.ID, ""); err != nil {
		return storage.User{}, err
	}
	err = s.Store.SetUserProfile(ctx, &user)
	return user, err
}

// SetGroups replaces the groups of the user as u was read. Applications decide by them.
func (s *Service) SetGroups(ctx context.Context, by audit.Actor, u storage.User, groups []string) (storage.User, error) {
	for _, name := range groups {
		if err := clients.CheckName("group", name); err != nil {
			return storage.User{}, err
		}
	}
	if err := s.record(ctx, by, audit.UserGroups, u.ID, ""); err != nil {
		return storage.User{}, err
	}
	u.Groups = groups
	err := s.Store.SetUserGroups(ctx, &u)
	return u, err
}
