package main

import (
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func (p *program) configCommand() *cobra.Command {
	return group("config", "Show and check the configuration", `
Configuration comes from flags, the environment (SYMBOLON_…), a YAML file and defaults; the first
that has a value wins. Every secret can come from a file: SYMBOLON_SECRET_FILE, and likewise for
each URL that may hold a password.`, `
  symbolon config show
  symbolon config validate && systemctl restart symbolon`,
		p.configShow(), p.configValidate(), p.configSchema())
}

func (p *program) configShow() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "show",
		Short:   "Show every effective value and its source",
		Example: "  symbolon config show --json",
		Args:    cobra.NoArgs,
	}
	dev := cmd.Flags().Bool("dev", false, "as symbolon dev sees it")
	addConfigFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		_, settings, err := p.load(cmd, chooseMode(*dev))
		if err != nil {
			return err
		}
		var shown []shownSetting
		for _, s := range settings {
			shown = append(shown, shownSetting{s.name, s.redacted(), s.source})
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

func (p *program) configValidate() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "validate",
		Short:   "Check the configuration for symbolon serve",
		Example: "  symbolon config validate --config /etc/symbolon/symbolon.yaml",
		Args:    cobra.NoArgs,
	}
	dev := cmd.Flags().Bool("dev", false, "for symbolon dev")
	addConfigFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		config, err := p.valid(cmd, chooseMode(*dev))
		if err != nil {
			return err
		}
		if !*dev {
			sayHints(cmd, config)
		}
		return p.print(cmd, map[string]bool{"valid": true}, func(w io.Writer) { fmt.Fprintln(w, "The configuration is valid.") })
	}
	return cmd
}

func sayHints(cmd *cobra.Command, config Config) {
	for _, hint := range config.hints() {
		say(cmd, "Hint: %s", hint)
	}
}

func chooseMode(dev bool) mode {
	if dev {
		return modeDev
	}
	return modeServe
}

// valid is the effective configuration if it can be used in that mode.
func (p *program) valid(cmd *cobra.Command, m mode) (Config, error) {
	config, _, err := p.load(cmd, m)
	if err != nil {
		return Config{}, err
	}
	if err := config.Validate(m); err != nil {
		return Config{}, hintedError{fmt.Errorf("the configuration is not valid:\n  %s", listed(err)), "symbolon config show"}
	}
	return config, nil
}

func listed(err error) string { return strings.ReplaceAll(err.Error(), "\n", "\n  ") }

// addConfigFlags gives cmd flags for the named keys, or for all that whoever lists processes may see.
func addConfigFlags(cmd *cobra.Command, names ...string) {
	for _, k := range configKeys() {
		if !k.flag || k.name == "database_url" || (len(names) > 0 && !slices.Contains(names, k.name)) {
			continue // database_url is a flag of every command
		}
		cmd.Flags().String(k.flagName(), k.initial, k.usage)
	}
}

const redacted = "[redacted]"

// redacted is the value as it may be shown on a screen or pasted into an issue.
func (s setting) redacted() string {
	if s.text == "" || s.kind.shown() || (s.kind == urlKey && isSQLite(s.text)) {
		return s.text
	}
	u, err := url.Parse(s.text)
	if err != nil || s.kind == secret || u.Host == "" {
		return redacted // it is no URL we can read: its password could stand anywhere
	}
	if _, has := u.User.Password(); has {
		u.User = url.UserPassword(u.User.Username(), redacted)
	}
	query := u.Query()
	for name := range query {
		if strings.Contains(strings.ToLower(name), "pass") {
			query.Set(name, redacted)
			u.RawQuery = query.Encode()
		}
	}
	return strings.ReplaceAll(u.String(), url.QueryEscape(redacted), redacted)
}
