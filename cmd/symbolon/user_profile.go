package main

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/users"
)

// profileFlags are a flag for each thing a profile can say.
type profileFlags map[string]*string

func addProfileFlags(cmd *cobra.Command) profileFlags {
	f := profileFlags{}
	for _, field := range users.Fields() {
		f[field.Name] = cmd.Flags().String(flagOf(field), "", "the claim "+field.Name)
	}
	return f
}

func flagOf(f users.Field) string { return strings.ReplaceAll(f.Name, "_", "-") }

// apply changes what was given.
func (f profileFlags) apply(cmd *cobra.Command, p *storage.Profile) error {
	for _, field := range users.Fields() {
		if !cmd.Flags().Changed(flagOf(field)) {
			continue
		}
		if err := field.Set(p, *f[field.Name]); err != nil {
			return usagef("--%s: %w", flagOf(field), err)
		}
	}
	return nil
}

func (p userCommands) update() *cobra.Command {
	cmd := &cobra.Command{
		Use: "update ID", Short: "Change the profile of a user", Args: cobra.ExactArgs(1),
		Long: `Each flag is a standard OpenID Connect claim; an empty value removes it. Users can change all of them
on their profile page, except --preferred-username. Only users can change their email address.`,
		Example: `  symbolon user update ada@example.com --given-name Ada --family-name Lovelace --zoneinfo Europe/London
  symbolon user update ada@example.com --phone-number= --preferred-username ada`,
	}
	name := cmd.Flags().String("name", "", "name as the person writes it")
	flags := addProfileFlags(cmd)
	own := cmd.Flags().NFlag
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if own() == 0 {
			return usagef("nothing to change: no flag was given")
		}
		return p.withDeployment(cmd, func(ctx context.Context, d deployment) error {
			user, err := d.users().Change(ctx, d.by, args[0], func(u *storage.User) error {
				if cmd.Flags().Changed("name") {
					u.Name = *name
				}
				return flags.apply(cmd, &u.Profile)
			})
			if err != nil {
				return naming("user", args[0], err)
			}
			return p.printUser(cmd, user)
		})
	}
	return cmd
}

// writeProfile prints what a profile says.
func writeProfile(w io.Writer, p storage.Profile) {
	for _, field := range users.Fields() {
		if text := field.Get(p); text != "" {
			row(w, field.Name, text)
		}
	}
}
