package main

import (
	"net"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/config"
	"github.com/symbolon-id/symbolon/server"
)

func (p *program) serveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "serve", Short: "Run the server in production", Args: cobra.NoArgs,
		Long: "Run the server in production. serve rejects unsafe configuration and explains how to fix it.\n" +
			"On SIGTERM it reports not ready, finishes requests in progress, and exits.",
		Example: "  symbolon serve --config /etc/symbolon/symbolon.yaml",
	}
	config.AddFlags(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		conf, err := p.valid(cmd, config.Serve)
		if err != nil {
			return err
		}
		log := conf.Log.Logger(cmd.ErrOrStderr(), isTerminal(cmd.ErrOrStderr()))
		server, err := server.New(cmd.Context(), conf, log, nil)
		if err != nil {
			return err
		}
		for _, hint := range conf.Hints() {
			log.Warn(hint)
		}
		return server.Run(cmd.Context(), func(public net.Addr) {
			log.Info("serving", "version", buildVersion().Version, "issuer", conf.Issuer, "listen", public.String(), "database", config.ShownDatabase(conf.DatabaseURL))
		})
	}
	return cmd
}
