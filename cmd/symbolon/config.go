package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/config"
)

// configCommands are the commands about the configuration.
type configCommands struct{ *program }

func (p configCommands) group() *cobra.Command {
	return group("config", "Show and check the configuration", `
Configuration comes from flags, the environment (SYMBOLON_…), a YAML file and defaults; the first
that has a value wins. Every secret can come from a file: SYMBOLON_SECRET_FILE, and likewise for
each URL that may hold a password.`, `
  symbolon config show
  symbolon config validate && systemctl restart symbolon`,
		p.show(), p.validate(), p.schema())
}

func (p configCommands) show() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "show",
		Short:   "Show every effective value and its source",
		Example: "  symbolon config show --json",
		Args:    cobra.NoArgs,
	}
	dev := cmd.Flags().Bool("dev", false, "as symbolon dev sees it")
	config.AddFlags(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		_, settings, err := p.load(cmd, chooseMode(*dev))
		if err != nil {
			return err
		}
		var shown []shownSetting
		for _, s := range settings {
			shown = append(shown, shownSetting{s.Name, s.Redacted(), s.Source})
		}
		return p.print(cmd, shown, func(w io.Writer) {
			row(w, "KEY", "VALUE", "FROM")
			for _, s := range shown {
				row(w, s.Key, s.Value, s.Source)
			}
		})
	}
	return cmd
}

type shownSetting struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Source string `json:"source"`
}

func (p configCommands) validate() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "validate",
		Short:   "Check the configuration for symbolon serve",
		Example: "  symbolon config validate --config /etc/symbolon/symbolon.yaml",
		Args:    cobra.NoArgs,
	}
	dev := cmd.Flags().Bool("dev", false, "for symbolon dev")
	config.AddFlags(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		conf, err := p.valid(cmd, chooseMode(*dev))
		if err != nil {
			return err
		}
		if !*dev {
			sayHints(cmd, conf)
		}
		return p.print(cmd, map[string]bool{"valid": true}, func(w io.Writer) { fmt.Fprintln(w, "The configuration is valid.") })
	}
	return cmd
}

func sayHints(cmd *cobra.Command, conf config.Config) {
	for _, hint := range conf.Hints() {
		say(cmd, "Hint: %s", hint)
	}
}

func chooseMode(dev bool) config.Mode {
	if dev {
		return config.Dev
	}
	return config.Serve
}

// load is the effective configuration for a command in that mode, and where each value came from.
func (p *program) load(cmd *cobra.Command, m config.Mode) (config.Config, []config.Setting, error) {
	conf, settings, err := p.source(cmd).Load(m)
	if err != nil {
		return config.Config{}, nil, hintedError{err, "symbolon config show"}
	}
	return conf, settings, nil
}

func (p *program) source(cmd *cobra.Command) config.Source {
	return config.Source{Path: p.config, Env: p.env, Flags: cmd.Flags()}
}

// valid is the effective configuration if it can be used in that mode.
func (p *program) valid(cmd *cobra.Command, m config.Mode) (config.Config, error) {
	conf, _, err := p.load(cmd, m)
	if err != nil {
		return config.Config{}, err
	}
	if err := conf.Validate(m); err != nil {
		return config.Config{}, hintedError{fmt.Errorf("the configuration is not valid:\n  %s", listed(err)), "symbolon config show"}
	}
	return conf, nil
}

func listed(err error) string { return strings.ReplaceAll(err.Error(), "\n", "\n  ") }

func (p configCommands) schema() *cobra.Command {
	return &cobra.Command{
		Use:     "schema",
		Short:   "Print the JSON Schema of the configuration file",
		Example: "  symbolon config schema > symbolon.schema.json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			enc := json.NewEncoder(cmd.OutOrStdout())
			enc.SetIndent("", "  ")
			return enc.Encode(config.Schema())
		},
	}
}
