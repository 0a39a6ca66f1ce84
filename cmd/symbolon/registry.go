package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage"
)

// registry makes the commands that agents and clients have in common.
type registry struct {
	*program
	noun string // "agent", "client"
	kind string
	of   func(d deployment) *clients.Registry
}

// commands are list, show, disable, enable, delete and the secret group.
func (r registry) commands() []*cobra.Command {
	return []*cobra.Command{
		r.list(),
		r.show(),
		r.change("disable", "Disable the "+r.noun+" and end its tokens", "disabled", (*clients.Registry).Disable),
		r.change("enable", "Enable a disabled "+r.noun, "enabled", (*clients.Registry).Enable),
		r.change("delete", "Delete the "+r.noun+" with secrets and grants", "deleted", (*clients.Registry).Delete),
		r.secretCommand(),
	}
}

func (r registry) list() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List every " + r.noun, Args: cobra.NoArgs,
		Example: "  symbolon " + r.noun + " list --json",
	}
	page := addPageFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		p, err := page()
		if err != nil {
			return err
		}
		return r.withDeployment(cmd, func(ctx context.Context, d deployment) error {
			found, err := r.of(d).List(ctx, p)
			if err != nil {
				return err
			}
			if last := len(found) - 1; last >= 0 && len(found) == p.Limit {
				sayMore(cmd, storage.Cursor{At: found[last].CreatedAt, ID: found[last].ID})
			}
			return r.print(cmd, viewClients(found), func(w io.Writer) { writeClients(w, found) })
		})
	}
	return cmd
}

func (r registry) show() *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show one " + r.noun, Args: cobra.ExactArgs(1),
		Example: "  symbolon " + r.noun + " show " + r.exampleID(),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.withDeployment(cmd, func(ctx context.Context, d deployment) error {
				client, err := r.of(d).Show(ctx, args[0])
				if err != nil {
					return r.naming(args[0], err)
				}
				secrets, err := r.of(d).Secrets(ctx, args[0])
				if err != nil {
					return err
				}
				return r.printClient(cmd, client, secrets)
			})
		},
	}
}

func (r registry) printClient(cmd *cobra.Command, client storage.Client, secrets []storage.ClientSecret) error {
	view := clientView{Client: client, secrets: viewSecrets(secrets)}
	return r.print(cmd, view, func(w io.Writer) {
		view.write(w)
		for _, s := range view.secrets {
			row(w, "secret", s.ID+" "+lasts(s.ExpiresAt))
		}
	})
}

// change makes a command that does one thing to one client.
func (r registry) change(verb, short, done string, do func(*clients.Registry, context.Context, audit.Actor, string) error) *cobra.Command {
	return &cobra.Command{
		Use: verb + " ID", Short: short, Args: cobra.ExactArgs(1),
		Example: "  symbolon " + r.noun + " " + verb + " " + r.exampleID(),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.withDeployment(cmd, func(ctx context.Context, d deployment) error {
				if err := do(r.of(d), ctx, d.by, args[0]); err != nil {
					return r.naming(args[0], err)
				}
				result := map[string]any{"client_id": args[0], done: true}
				return r.print(cmd, result, func(w io.Writer) { fmt.Fprintln(w, r.noun, args[0], "is", done) })
			})
		},
	}
}

// update makes the command that changes what its flags say.
func (r registry) update(example string) *cobra.Command {
	cmd := &cobra.Command{
		Use: "update ID", Short: "Change the given settings", Example: example, Args: cobra.ExactArgs(1),
		Long: "Change only what the given flags set. A list is replaced as a whole; one empty value clears it.\nWhat is taken away ends the access tokens there are at once; refresh tokens give what is left.",
	}
	apply := addMetadataFlags(cmd, clients.Metadata().Flags(r.kind))
	own := cmd.Flags().NFlag
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if own() == 0 {
			return usagef("nothing to change: no flag was given")
		}
		return r.withDeployment(cmd, func(ctx context.Context, d deployment) error {
			client, err := r.of(d).Update(ctx, d.by, args[0], apply)
			if err != nil {
				return r.naming(args[0], err)
			}
			if cmd.Flags().Changed("logo-uri") || cmd.Flags().Changed("approved") {
				d.keepLogo(ctx, cmd, client)
			}
			return r.printClient(cmd, client, nil)
		})
	}
	return cmd
}

// naming says which one an error is about.
func (r registry) naming(id string, err error) error { return naming(r.noun, id, err) }

func naming(noun, id string, err error) error {
	if errors.Is(err, storage.ErrNotFound) {
		err = storage.ErrNotFound // in which statement does not matter to people
	}
	return fmt.Errorf("%s %s: %w", noun, id, err)
}

func (r registry) exampleID() string {
	if r.noun == "agent" {
		return storage.AgentPrefix + "7K2VJQ4ZB3M5"
	}
	return storage.ClientPrefix + "7K2VJQ4ZB3M5"
}

// printIssued shows a new client with its secret.
func (p *program) printIssued(cmd *cobra.Command, issued clients.Issued) error {
	if issued.Bearer != "" {
		say(cmd, "Keep the secret now: it is not shown again.")
	}
	view := viewIssued(issued)
	return p.print(cmd, view, view.write)
}
