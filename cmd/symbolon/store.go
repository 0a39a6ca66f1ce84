package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage/durable"
)

// via is how audit events name changes made by these commands.
const via = "cli"

// desk is what a command works at: the configuration, its database, and the audit trail.
type desk struct {
	config Config
	db     *durable.DB
	audit  *audit.Recorder
}

// atDesk does work on the configured database once its schema is that of this release.
func (p *program) atDesk(cmd *cobra.Command, work func(ctx context.Context, d desk) error) error {
	return p.atDatabase(cmd, func(ctx context.Context, config Config, db *durable.DB) error {
		if err := readySchema(ctx, config.DatabaseURL, db); err != nil {
			return err
		}
		log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelError}))
		return work(ctx, desk{config, db, audit.NewRecorder(db, audit.Options{Log: log})})
	})
}

// atDatabase does work on the configured database, whatever its schema.
func (p *program) atDatabase(cmd *cobra.Command, work func(context.Context, Config, *durable.DB) error) (err error) {
	config, err := p.valid(cmd, modeCommand)
	if err != nil {
		return err
	}
	db, err := durable.Open(cmd.Context(), config.DatabaseURL)
	if err != nil {
		return hintedError{err, "symbolon config show"}
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return work(cmd.Context(), config, db)
}

func isSQLite(url string) bool { return strings.HasPrefix(url, "sqlite:") }
