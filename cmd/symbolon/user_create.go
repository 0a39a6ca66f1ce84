package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
)

func (p *program) userCreate() *cobra.Command {
	cmd := &cobra.Command{
		Use: "create", Short: "Create a user", Args: cobra.NoArgs,
		Long: `The user can sign in right away with the email address. --invite also emails a link that signs the
user in once, within 7 days; the running server delivers it, in the language of --locale if it is
supported. The other flags are standard OpenID Connect claims.`,
		Example: `  symbolon user create --email ada@example.com --name "Ada Lovelace" --invite
  symbolon user create --email grete@example.com --invite --locale de`,
	}
	email := cmd.Flags().String("email", "", "email address")
	name := cmd.Flags().String("name", "", "display name")
	invite := cmd.Flags().Bool("invite", false, "email a link for the first sign-in (requires issuer and secret)")
	profile := addProfileFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		user, err := newUser(*email, *name, time.Now())
		if err != nil {
			return usageError{err}
		}
		if err := profile.apply(cmd, &user.Profile); err != nil {
			return err
		}
		return p.atDesk(cmd, func(ctx context.Context, d desk) error {
			post, err := d.inviter(*invite, user.Profile.Locale)
			if err != nil {
				return err
			}
			if err := d.addUser(ctx, user); err != nil {
				return err
			}
			if err := post(ctx, user); err != nil {
				return hintedError{fmt.Errorf("user %s is created but not invited: %w", user.ID, err), "symbolon user show " + user.ID}
			}
			return p.printUser(cmd, user)
		})
	}
	return cmd
}

func newUser(email, name string, now time.Time) (storage.User, error) {
	if email == "" {
		return storage.User{}, errors.New("--email is required")
	}
	address, err := mail.ParseAddress(email)
	if err != nil {
		return storage.User{}, fmt.Errorf("--email: %w", err)
	}
	if name != "" {
		if err := clients.CheckName("--name", name); err != nil {
			return storage.User{}, err
		}
	}
	return storage.User{ID: storage.NewID(storage.UserPrefix), Email: address, Name: name, CreatedAt: now, UpdatedAt: now}, nil
}

func (d desk) addUser(ctx context.Context, u storage.User) error {
	err := d.db.CreateUser(ctx, u)
	if errors.Is(err, storage.ErrExists) {
		return hintedError{errors.New("a user with this address already exists"), "symbolon user show " + u.Email}
	}
	if err != nil {
		return err
	}
	return d.recordUser(ctx, audit.UserCreated, u.ID)
}
