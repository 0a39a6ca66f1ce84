package main

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/account"
	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage"
)

// profileFlags are a flag for each thing a profile can say.
type profileFlags map[string]*string

func addProfileFlags(cmd *cobra.Command) profileFlags {
	f := profileFlags{}
	for _, field := range account.Fields() {
		f[field.Name] = cmd.Flags().String(flagOf(field), "", "the claim "+field.Name)
	}
	return f
}

func flagOf(f account.Field) string { return strings.ReplaceAll(f.Name, "_", "-") }

// apply changes what was given.
func (f profileFlags) apply(cmd *cobra.Command, p *storage.Profile) error {
	for _, field := range account.Fields() {
		if !cmd.Flags().Changed(flagOf(field)) {
			continue
		}
		if err := field.Set(p, *f[field.Name]); err != nil {
			return usagef("--%s: %w", flagOf(field), err)
		}
	}
	return nil
}

func (p *program) userUpdate() *cobra.Command {
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
		if *name != "" {
			if err := clients.CheckName("--name", *name); err != nil {
				return usageError{err}
			}
		}
		return p.atDesk(cmd, func(ctx context.Context, d desk) error {
			user, err := d.findUser(ctx, args[0])
			if err != nil {
				return err
			}
			set(cmd.Flags().Changed("name"), &user.Name, *name)
			if err := flags.apply(cmd, &user.Profile); err != nil {
				return err
			}
			// A name that applications may take for a login gives power: without the record it does not happen.
			if err := d.recordUser(ctx, audit.ProfileChanged, user.ID); err != nil {
				return err
			}
			if err := d.db.SetUserProfile(ctx, &user); err != nil {
				return naming("user", user.ID, err)
			}
			return p.printUser(cmd, user)
		})
	}
	return cmd
}

// writeProfile prints what a profile says.
func writeProfile(w io.Writer, p storage.Profile) {
	for _, field := range account.Fields() {
		if text := field.Get(p); text != "" {
			row(w, field.Name, text)
		}
	}
}
