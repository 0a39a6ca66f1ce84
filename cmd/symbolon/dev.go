package main

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/config"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/server"
)

func (p *program) devCommand() *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use: "dev", Short: "Run a local development server", Args: cobra.NoArgs,
		Long: "Run the server on loopback with demo users, a demo client, a demo agent, a mailbox and a playground.\n" +
			"It needs no configuration, reads the same keys as serve, and accepts only local connections.",
		Example: "  symbolon dev\n  symbolon dev --listen 127.0.0.1:8081 --data second-dev",
	}
	cmd.Flags().StringVar(&data, "data", config.DevData, "`directory` of the database and the secret")
	config.AddFlags(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		conf, err := p.devConfig(cmd, data)
		if err != nil {
			return err
		}
		d := &server.Dev{Mailbox: &mail.Mailbox{}}
		server, err := server.New(cmd.Context(), conf, conf.Log.Logger(cmd.ErrOrStderr(), isTerminal(cmd.ErrOrStderr())), d)
		if err != nil {
			return err
		}
		if err := d.Seed(cmd.Context(), server.Issuer); err != nil {
			return errors.Join(err, server.Close(cmd.Context()))
		}
		return server.Run(cmd.Context(), func(net.Addr) { d.Greet(cmd.OutOrStdout(), server.Issuer) })
	}
	return cmd
}

// devConfig is the configuration with what development needs no one to set: a data directory, a
// secret that stays the same, a sender.
func (p *program) devConfig(cmd *cobra.Command, data string) (config.Config, error) {
	conf, settings, err := p.load(cmd, config.Dev)
	if err != nil {
		return conf, err
	}
	if isDefault(settings, "database_url") {
		conf.DatabaseURL = config.SQLiteScheme + filepath.Join(data, "symbolon.db")
	}
	if isDefault(settings, "metrics_listen") && !free(conf.MetricsListen) {
		conf.MetricsListen = "127.0.0.1:0"
	}
	if conf.MailFrom == "" {
		conf.MailFrom = "Symbolon <symbolon@localhost>"
	}
	if err := conf.Validate(config.Dev); err != nil {
		return conf, hintedError{err, "symbolon config validate"}
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return conf, err
	}
	if conf.Secret == "" {
		if conf.Secret, err = stableSecret(config.DevPath(conf.DatabaseURL, data, "secret")); err != nil {
			return conf, err
		}
	}
	return conf, os.WriteFile(config.DevPath(conf.DatabaseURL, data, "issuer"), []byte(conf.Issuer+"\n"), 0o600)
}

func isDefault(settings []config.Setting, name string) bool {
	for _, s := range settings {
		if s.Name == name {
			return s.Source == config.FromDefault
		}
	}
	return false
}

// free tells whether an address can be listened on: a second server to try out needs no metrics.
func free(address string) bool {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return false
	}
	return l.Close() == nil
}

// stableSecret reads the secret of an earlier run, or makes one.
func stableSecret(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return strings.TrimSpace(string(text)), err
	}
	secret := config.NewSecret()
	return secret, os.WriteFile(path, []byte(secret+"\n"), 0o600)
}
