package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

func (p *program) userCommand() *cobra.Command {
	return group("user", "Manage users", `
A user has an email address and a name. Commands that take an ID also take the address.`, `
  symbolon user create --email ada@example.com --name "Ada Lovelace" --invite
  symbolon user disable ada@example.com`,
		p.userCreate(), p.userUpdate(), p.userList(), p.userShow(), p.userExport(), p.userRecover(), p.userGroups(),
		p.userChange("disable", "Disable a user and end sessions and tokens", "disabled", disableUser),
		p.userChange("enable", "Enable a disabled user", "enabled", enableUser),
		p.userChange("delete", "Delete a user with sessions, consents and grants", "deleted", deleteUser))
}

func (p *program) userList() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List users", Args: cobra.NoArgs, Example: "  symbolon user list --json",
	}
	page := addPageFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		chosen, err := page()
		if err != nil {
			return err
		}
		return p.atDesk(cmd, func(ctx context.Context, d desk) error {
			users, err := d.db.Users(ctx, chosen)
			if err != nil {
				return err
			}
			if last := len(users) - 1; last >= 0 && len(users) == chosen.Limit {
				sayMore(cmd, storage.Cursor{At: users[last].CreatedAt, ID: users[last].ID})
			}
			return p.printUsers(cmd, users)
		})
	}
	return cmd
}

func (p *program) printUsers(cmd *cobra.Command, users []storage.User) error {
	views := []userView{}
	for _, u := range users {
		views = append(views, viewUser(u))
	}
	return p.print(cmd, views, func(w io.Writer) {
		row(w, "USER ID", "EMAIL", "NAME", "STATE", "CREATED")
		for _, v := range views {
			row(w, v.UserID, v.Email, v.Name, v.state(), day(v.CreatedAt))
		}
	})
}

func (p *program) userShow() *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show one user", Args: cobra.ExactArgs(1), Example: "  symbolon user show ada@example.com",
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.atDesk(cmd, func(ctx context.Context, d desk) error {
				user, err := d.findUser(ctx, args[0])
				if err != nil {
					return err
				}
				return p.printUser(cmd, user)
			})
		},
	}
}

// findUser takes an id or an address.
func (d desk) findUser(ctx context.Context, id string) (storage.User, error) {
	find := d.db.User
	if strings.Contains(id, "@") {
		find = d.db.UserByEmail
	}
	user, err := find(ctx, id)
	if err != nil {
		return storage.User{}, naming("user", id, err)
	}
	return user, nil
}

// userChange makes a command that does one thing to one person.
func (p *program) userChange(verb, short, done string, do func(ctx context.Context, d desk, id string) error) *cobra.Command {
	return &cobra.Command{
		Use: verb + " ID", Short: short, Args: cobra.ExactArgs(1), Example: "  symbolon user " + verb + " ada@example.com",
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.atDesk(cmd, func(ctx context.Context, d desk) error {
				user, err := d.findUser(ctx, args[0])
				if err != nil {
					return err
				}
				if err := do(ctx, d, user.ID); err != nil {
					return err
				}
				result := map[string]any{"user_id": user.ID, done: true}
				return p.print(cmd, result, func(w io.Writer) { fmt.Fprintln(w, "user", user.ID, "is", done) })
			})
		},
	}
}

func disableUser(ctx context.Context, d desk, id string) error {
	if err := d.db.SetUserDisabled(ctx, id, time.Now()); err != nil {
		return err
	}
	return d.recordUser(ctx, audit.UserDisabled, id)
}

func enableUser(ctx context.Context, d desk, id string) error {
	if err := d.recordUser(ctx, audit.UserEnabled, id); err != nil {
		return err
	}
	return d.db.SetUserDisabled(ctx, id, time.Time{})
}

func deleteUser(ctx context.Context, d desk, id string) error {
	if err := d.db.DeleteUser(ctx, id); err != nil {
		return err
	}
	return d.recordUser(ctx, audit.UserDeleted, id)
}

func (d desk) recordUser(ctx context.Context, event, id string) error {
	return d.audit.Record(ctx, audit.Event{Type: event, Outcome: audit.Success, UserID: id, Method: via})
}
