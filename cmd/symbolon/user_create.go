package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/users"
)

func (p userCommands) create() *cobra.Command {
	cmd := &cobra.Command{
		Use: "create", Short: "Create a user", Args: cobra.NoArgs,
		Long: `The user can sign in right away with the email address. --invite also emails a link that signs the
user in once, within 7 days; the running server delivers it, in the language of --locale if it is
supported. The other flags are standard OpenID Connect claims.`,
		Example: `  symbolon user create --email ada@example.com --name "Ada Lovelace" --invite
  symbolon user create --email grete@example.com --invite --locale de`,
	}
	var chosen users.User
	cmd.Flags().StringVar(&chosen.Email, "email", "", "email address")
	cmd.Flags().StringVar(&chosen.Name, "name", "", "display name")
	invite := cmd.Flags().Bool("invite", false, "email a link for the first sign-in (requires issuer and secret)")
	profile := addProfileFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if chosen.Email == "" {
			return usagef("--email is required")
		}
		if err := profile.apply(cmd, &chosen.Profile); err != nil {
			return err
		}
		return p.withDeployment(cmd, func(ctx context.Context, d deployment) error {
			if *invite {
				return p.invite(ctx, cmd, d, chosen)
			}
			user, err := d.createUser(ctx, chosen)
			if err != nil {
				return err
			}
			return p.printUser(cmd, user)
		})
	}
	return cmd
}

func (d deployment) createUser(ctx context.Context, u users.User) (storage.User, error) {
	user, err := d.users().Create(ctx, d.by, u)
	if errors.Is(err, storage.ErrExists) {
		return user, hintedError{errors.New("a user with this address already exists"), "symbolon user show " + u.Email}
	}
	return user, err
}

// invite fails before a user is made when the configuration does not allow it.
func (p userCommands) invite(ctx context.Context, cmd *cobra.Command, d deployment, u users.User) error {
	post, err := d.inviter()
	if err != nil {
		return err
	}
	user, err := d.createUser(ctx, u)
	if err != nil {
		return err
	}
	if err := post.Invite(ctx, user); err != nil {
		return hintedError{fmt.Errorf("user %s is created but not invited: %w", user.ID, err), "symbolon user show " + user.ID}
	}
	return p.printUser(cmd, user)
}
