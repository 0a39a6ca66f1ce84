package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/user"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage/durable"
)

// desk is what a command works at: the configuration, its database, and the audit trail.
type desk struct {
	config Config
	db     *durable.DB
	audit  *audit.Recorder
	by     audit.Actor
}

// operator is the user of the operating system who runs this.
func operator() audit.Actor {
	name := strconv.Itoa(os.Getuid())
	if known, err := user.LookupId(name); err == nil {
		name = known.Username
	}
	return audit.Operator(name)
}

// atDesk does work on the configured database, which has to be there with the schema of this release:
// a server never looks at one that a command made in the wrong place.
func (p *program) atDesk(cmd *cobra.Command, work func(ctx context.Context, d desk) error) error {
	return p.atDatabase(cmd, openExisting, func(ctx context.Context, config Config, db *durable.DB) error {
		if err := checkSchema(ctx, db); err != nil {
			return err
		}
		log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelError}))
		if sealer, err := config.sealer(); err == nil { // without the secret no keys can be made
			db.ClientStored = beginLines(keys.NewRing(db, sealer, config.ringOptions()), log)
		}
		return work(ctx, desk{config, db, audit.NewRecorder(db, audit.Options{Log: log}), operator()})
	})
}

// opener connects to a database.
type opener func(ctx context.Context, url string) (*durable.DB, error)

// atDatabase does work on the configured database, whatever its schema.
func (p *program) atDatabase(cmd *cobra.Command, open opener, work func(context.Context, Config, *durable.DB) error) (err error) {
	config, err := p.valid(cmd, modeCommand)
	if err != nil {
		return err
	}
	say(cmd, "Database: %s", shownDatabase(config.DatabaseURL))
	db, err := open(cmd.Context(), config.DatabaseURL)
	if err != nil {
		return hintedError{err, "symbolon config show"}
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return work(cmd.Context(), config, db)
}

func openExisting(ctx context.Context, url string) (*durable.DB, error) {
	if !isThere(url) {
		return nil, fmt.Errorf("there is no database %s; only serve, dev, init and migrate create one", shownDatabase(url))
	}
	return durable.Open(ctx, url)
}
