package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clients"
)

func (p *program) userGroups() *cobra.Command {
	cmd := &cobra.Command{
		Use: "groups ID", Short: "Set the groups of a user", Args: cobra.ExactArgs(1),
		Long: `Replace the groups of a user; without --group the user has none. Clients that may request the scope
groups get the change with the next token.`,
		Example: `  symbolon user groups ada@example.com --group engineering --group on-call`,
	}
	groups := cmd.Flags().StringArray("group", nil, "`NAME` of a group; repeatable")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		for _, name := range *groups {
			if err := clients.CheckName("--group", name); err != nil {
				return usageError{err}
			}
		}
		return p.atDesk(cmd, func(ctx context.Context, d desk) error {
			user, err := d.findUser(ctx, args[0])
			if err != nil {
				return err
			}
			// Groups give power: without the record it does not happen.
			if err := d.recordUser(ctx, audit.UserGroups, user.ID); err != nil {
				return err
			}
			user.Groups = *groups
			if err := d.db.SetUserGroups(ctx, &user); err != nil {
				return naming("user", user.ID, err)
			}
			return p.printUser(cmd, user)
		})
	}
	return cmd
}
