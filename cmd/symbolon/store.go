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
	"github.com/symbolon-id/symbolon/config"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/server"
	"github.com/symbolon-id/symbolon/storage/durable"
)

// deployment is what a command works on: a configuration, its database and audit log, for the operator who runs it.
type deployment struct {
	config config.Config
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

// withDeployment does work on the configured database, which has to be there with the schema of this release:
// a server never looks at one that a command made in the wrong place.
func (p *program) withDeployment(cmd *cobra.Command, work func(ctx context.Context, d deployment) error) error {
	return p.withDatabase(cmd, openExisting, func(ctx context.Context, conf config.Config, db *durable.DB) error {
		if err := server.CheckSchema(ctx, db); err != nil {
			return err
		}
		log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelError}))
		if sealer, err := conf.Sealer(); err == nil { // without the secret no keys can be made
			options := conf.RingOptions()
			options.Log = log
			db.ClientStored = keys.NewRing(db, sealer, options).BeginFor
		}
		return work(ctx, deployment{conf, db, audit.NewRecorder(db, audit.Options{Log: log}), operator()})
	})
}

// opener connects to a database.
type opener func(ctx context.Context, url string) (*durable.DB, error)

// withDatabase does work on the configured database, whatever its schema.
func (p *program) withDatabase(cmd *cobra.Command, open opener, work func(context.Context, config.Config, *durable.DB) error) (err error) {
	conf, err := p.valid(cmd, config.Command)
	if err != nil {
		return err
	}
	say(cmd, "Database: %s", config.ShownDatabase(conf.DatabaseURL))
	db, err := open(cmd.Context(), conf.DatabaseURL)
	if err != nil {
		return hintedError{err, "symbolon config show"}
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return work(cmd.Context(), conf, db)
}

func openExisting(ctx context.Context, url string) (*durable.DB, error) {
	if !config.Exists(url) {
		return nil, fmt.Errorf("there is no database %s; only serve, dev, init and migrate create one", config.ShownDatabase(url))
	}
	return durable.Open(ctx, url)
}
