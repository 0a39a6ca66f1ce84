package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/users"
)

// userCommands are the commands about users.
type userCommands struct{ *program }

func (p userCommands) group() *cobra.Command {
	return group("user", "Manage users", `
A user has an email address and a name. Commands that take an ID also take the address.`, `
  symbolon user create --email ada@example.com --name "Ada Lovelace" --invite
  symbolon user disable ada@example.com`,
		p.create(), p.update(), p.list(), p.show(), p.export(), p.recover(), p.groups(),
		p.change("disable", "Disable a user and end sessions and tokens", "disabled", (*users.Service).Disable),
		p.change("enable", "Enable a disabled user", "enabled", (*users.Service).Enable),
		p.change("delete", "Delete a user with sessions, consents and grants", "deleted", (*users.Service).Delete))
}

func (p userCommands) list() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List users", Args: cobra.NoArgs, Example: "  symbolon user list --json\n  symbolon user list --search lovelace --limit 20",
	}
	search := cmd.Flags().String("search", "", "only users whose name or email address contains `TEXT`")
	page := addPageFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		chosen, err := page()
		if err != nil {
			return err
		}
		return p.withDeployment(cmd, func(ctx context.Context, d deployment) error {
			found, err := d.users().List(ctx, *search, chosen)
			if err != nil {
				return err
			}
			if last := len(found) - 1; last >= 0 && len(found) == chosen.Limit {
				sayMore(cmd, storage.Cursor{At: found[last].CreatedAt, ID: found[last].ID})
			}
			return p.printUsers(cmd, found)
		})
	}
	return cmd
}

func (p userCommands) printUsers(cmd *cobra.Command, found []storage.User) error {
	views := []userView{}
	for _, u := range found {
		views = append(views, viewUser(u))
	}
	return p.print(cmd, views, func(w io.Writer) {
		row(w, "USER ID", "EMAIL", "NAME", "STATE", "CREATED")
		for _, v := range views {
			row(w, v.UserID, v.Email, v.Name, v.state(), day(v.CreatedAt))
		}
	})
}

func (p userCommands) show() *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show one user", Args: cobra.ExactArgs(1), Example: "  symbolon user show ada@example.com",
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.withDeployment(cmd, func(ctx context.Context, d deployment) error {
				user, err := d.findUser(ctx, args[0])
				if err != nil {
					return err
				}
				return p.printUser(cmd, user)
			})
		},
	}
}

func (d deployment) users() *users.Service { return &users.Service{Store: d.db, Audit: d.audit} }

// findUser takes an id or an address.
func (d deployment) findUser(ctx context.Context, id string) (storage.User, error) {
	user, err := d.users().Find(ctx, id)
	if err != nil {
		return storage.User{}, naming("user", id, err)
	}
	return user, nil
}

// change returns a command that does one thing to one user.
func (p userCommands) change(verb, short, done string, do func(*users.Service, context.Context, audit.Actor, string) error) *cobra.Command {
	return &cobra.Command{
		Use: verb + " ID", Short: short, Args: cobra.ExactArgs(1), Example: "  symbolon user " + verb + " ada@example.com",
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.withDeployment(cmd, func(ctx context.Context, d deployment) error {
				user, err := d.findUser(ctx, args[0])
				if err != nil {
					return err
				}
				if err := do(d.users(), ctx, d.by, user.ID); err != nil {
					return err
				}
				result := map[string]any{"user_id": user.ID, done: true}
				return p.print(cmd, result, func(w io.Writer) { fmt.Fprintln(w, "user", user.ID, "is", done) })
			})
		},
	}
}
