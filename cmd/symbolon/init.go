package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/config"
	"github.com/symbolon-id/symbolon/server"
	"github.com/symbolon-id/symbolon/storage/durable"
)

func (p *program) initCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write a configuration file with a new secret",
		Long: `Writes a configuration file that only you can read, to --config, $SYMBOLON_CONFIG or symbolon.yaml.
An existing file is never changed. If the file names a SQLite database, it is created as well.`,
		Example: "  symbolon init --issuer https://login.example",
		Args:    cobra.NoArgs,
	}
	issuer := cmd.Flags().String("issuer", "https://login.example", "URL people will reach the server at")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := config.CheckIssuer(*issuer); err != nil {
			return usageError{err}
		}
		path := cmp.Or(p.source(cmd).File(), config.DefaultFile)
		if err := writeNew(path, firstConfig(*issuer, chosenDatabase(cmd))); err != nil {
			return err
		}
		p.config = path
		if err := p.createDatabase(cmd); err != nil {
			return err
		}
		say(cmd, "Set smtp_url and mail_from in %s, then: symbolon config validate", path)
		return p.print(cmd, map[string]string{"config": path}, func(w io.Writer) { fmt.Fprintln(w, path) })
	}
	return cmd
}

// chosenDatabase is that of --database-url: there a relative path counts from here, not from the file.
func chosenDatabase(cmd *cobra.Command) string {
	url := cmd.Flags().Lookup("database-url").Value.String()
	if config.IsSQLite(url) {
		return config.ShownDatabase(url)
	}
	return cmp.Or(url, "sqlite:symbolon.db")
}

// createDatabase makes the SQLite database that the new configuration names, for commands to find
// before the first start. PostgreSQL may not be reachable from here.
func (p *program) createDatabase(cmd *cobra.Command) error {
	conf, err := p.valid(cmd, config.Command)
	if err != nil || !config.IsSQLite(conf.DatabaseURL) {
		return err
	}
	return p.withDatabase(cmd, durable.Open, func(ctx context.Context, _ config.Config, db *durable.DB) error {
		return server.MigrateSchema(ctx, db)
	})
}

func firstConfig(issuer, database string) string {
	return fmt.Sprintf(`# Configuration of Symbolon. Every key: symbolon config show
issuer: %s
listen: 127.0.0.1:8080        # behind a proxy that speaks https
database_url: %q   # a path counts from this file; or postgres://USER:PASSWORD@HOST/NAME
redis_url: ""                 # needed from the second node on
secret: %s
smtp_url: ""                  # smtp://USER:PASS@HOST:587; people sign in by mail
mail_from: ""
trusted_proxies: []           # such as [10.0.0.0/8]
`, issuer, database, config.NewSecret())
}

// writeNew creates a file only its owner reads, and fails when there is one.
func writeNew(path, text string) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return hintedError{fmt.Errorf("%s is there already", path), "symbolon config validate --config " + path}
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = f.WriteString(text)
	return err
}
