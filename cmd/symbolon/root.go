package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/config"
)

// program is what every command works with.
type program struct {
	env    []string
	config string // --config
	json   bool   // --json
}

func (p *program) root() *cobra.Command {
	root := group("symbolon", "Run an OAuth 2.1 and OpenID Connect server", `
Symbolon is an OAuth 2.1 and OpenID Connect server. It signs users in and issues tokens to registered
apps and agents. Commands use the configured database, also while a server runs on it, and say which
one they used. Without configuration they use the database of symbolon dev in the same directory.
Only serve, dev, init and migrate create a database.

Data goes to standard output (as JSON with --json), everything else to standard error. Exit codes:
0 done, 1 failed, 2 wrong usage, 3 not found.`, `
  symbolon dev
  symbolon agent create --name weather-bot --scope read_weather --audience https://api.example`,
		p.devCommand(), p.serveCommand(), p.initCommand(), migrateCommands{p}.group(),
		p.clientCommand(), p.agentCommand(), registrationCommands{p}.group(), userCommands{p}.group(),
		p.loginCommand(), keyCommands{p}.group(), p.revokeCommand(), auditCommands{p}.group(),
		configCommands{p}.group(), p.healthcheckCommand(), p.versionCommand(),
	)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetHelpCommand(helpCommand())
	flags := root.PersistentFlags()
	flags.StringVar(&p.config, "config", "", "configuration `file` (default: $SYMBOLON_CONFIG, else symbolon.yaml if it is there)")
	flags.BoolVar(&p.json, "json", false, "print JSON")
	flags.String("database-url", "", "database: `sqlite:PATH` or postgres://USER@HOST/NAME")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.SetUsageTemplate(strings.Replace(root.UsageTemplate(), "{{if .Runnable}}", "{{if not .HasAvailableSubCommands}}", 1))
	wrapErrors(root)
	return root
}

// group is a command that only holds others.
func group(use, short, long, example string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Long: strings.TrimSpace(long), Example: strings.Trim(example, "\n"),
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return unknownCommand(cmd, args) },
	}
	cmd.AddCommand(commands...)
	return cmd
}

func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		cmd.SetOut(cmd.ErrOrStderr())
		_ = cmd.Help()
		return usagef("%s needs a command", cmd.CommandPath())
	}
	err := usagef("unknown command %q for %q", args[0], cmd.CommandPath())
	if near := config.Nearest(args[0], names(cmd.Commands())); near != "" {
		return hintedError{err, cmd.CommandPath() + " " + near}
	}
	return err
}

// helpCommand differs from cobra's own in that it refuses what there is no help about.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [command]", Short: "Explain a command", Example: "  symbolon help client create",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(about, rest)
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

func names(commands []*cobra.Command) []string {
	var all []string
	for _, c := range commands {
		all = append(all, c.Name())
	}
	return all
}

// wrapErrors marks what comes out of a command, so that everything else is known to be cobra
// refusing the command line.
func wrapErrors(cmd *cobra.Command) {
	if do := cmd.RunE; do != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			if err := do(cmd, args); err != nil {
				return commandError{err}
			}
			return nil
		}
	}
	for _, sub := range cmd.Commands() {
		wrapErrors(sub)
	}
}
