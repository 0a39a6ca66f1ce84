package users

import (
	"context"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage"
)

// Change is Update of the user with this id or address.
func (s *Service) Change(ctx context.Context, by audit.Actor, idOrEmail string, change func(u *storage.User) error) (storage.User, error) {
	u, err := s.Find(ctx, idOrEmail)
	if err != nil {
		return storage.User{}, err
	}
	return s.Update(ctx, by, u, change)
}

// Update applies change to the name and the profile of u, as it was read, and stores them. Of two changes at
// once the second is a storage.ErrConflict, and changes nothing.
func (s *Service) Update(ctx context.Context, by audit.Actor, u storage.User, change func(u *storage.User) error) (storage.User, error) {
	before := u.Name
	if err := change(&u); err != nil {
		return storage.User{}, err
	}
	if u.Name != before {
		var err error
		if u.Name, err = validName(u.Name); err != nil {
			return storage.User{}, err
		}
	}
	// Applications may take a name for a login.
	err := s.give(ctx, by, audit.ProfileChanged, u.ID, func() error { return s.Store.SetUserProfile(ctx, &u) })
	return u, err
}

// SetGroups replaces the groups of the user as u was read. Applications decide by them.
func (s *Service) SetGroups(ctx context.Context, by audit.Actor, u storage.User, groups []string) (storage.User, error) {
	for _, name := range groups {
		if err := clients.CheckName("group", name); err != nil {
			return storage.User{}, err
		}
	}
	u.Groups = groups
	err := s.give(ctx, by, audit.UserGroups, u.ID, func() error { return s.Store.SetUserGroups(ctx, &u) })
	return u, err
}
