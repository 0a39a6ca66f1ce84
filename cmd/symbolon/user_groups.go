package main

import (
	"context"

	"github.com/spf13/cobra"
)

func (p userCommands) groups() *cobra.Command {
	cmd := &cobra.Command{
		Use: "groups ID", Short: "Set the groups of a user", Args: cobra.ExactArgs(1),
		Long: `Replace the groups of a user; without --group the user has none. Clients that may request the scope
groups get the change with the next token.`,
		Example: `  symbolon user groups ada@example.com --group engineering --group on-call`,
	}
	groups := cmd.Flags().StringArray("group", nil, "`NAME` of a group; repeatable")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return p.withDeployment(cmd, func(ctx context.Context, d deployment) error {
			user, err := d.findUser(ctx, args[0])
			if err != nil {
				return err
			}
			user, err = d.users().SetGroups(ctx, d.by, user, *groups)
			if err != nil {
				return naming("user", args[0], err)
			}
			return p.printUser(cmd, user)
		})
	}
	return cmd
}
