package main

import (
	"cmp"
	"context"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/config"
	"github.com/symbolon-id/symbolon/server"
	"github.com/symbolon-id/symbolon/storage/durable"
)

// migrateCommands are the commands about the schema.
type migrateCommands struct{ *program }

func (p migrateCommands) group() *cobra.Command {
	return group("migrate", "Manage the database schema", `
Migrations only go forward, run under a lock, and leave the previous release working: migrate first,
then replace the nodes. serve migrates SQLite by itself, dev every database; PostgreSQL in production only this command.`, `
  symbolon migrate status
  symbolon migrate up --database-url postgres://symbolon@db/symbolon`,
		p.status(), p.up())
}

type migrationView struct {
	Version   int64      `json:"version"`
	Name      string     `json:"name"`
	AppliedAt *time.Time `json:"applied_at"` // null: pending
}

func (p migrateCommands) status() *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "List the migrations and when each was applied", Args: cobra.NoArgs,
		Example: "  symbolon migrate status --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.withDatabase(cmd, durable.Open, func(ctx context.Context, _ config.Config, db *durable.DB) error {
				return p.printSteps(ctx, cmd, db)
			})
		},
	}
}

func (p migrateCommands) up() *cobra.Command {
	return &cobra.Command{
		Use: "up", Short: "Apply pending migrations", Args: cobra.NoArgs, Example: "  symbolon migrate up",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.withDatabase(cmd, durable.Open, func(ctx context.Context, _ config.Config, db *durable.DB) error {
				if err := server.MigrateSchema(ctx, db); err != nil {
					return err
				}
				return p.printSteps(ctx, cmd, db)
			})
		},
	}
}

func (p migrateCommands) printSteps(ctx context.Context, cmd *cobra.Command, db *durable.DB) error {
	steps, err := db.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	views := []migrationView{}
	for _, s := range steps {
		views = append(views, migrationView{s.Version, s.Name, optional(s.AppliedAt)})
	}
	return p.print(cmd, views, func(w io.Writer) {
		row(w, "VERSION", "NAME", "APPLIED")
		for _, s := range steps {
			row(w, s.Version, s.Name, cmp.Or(day(s.AppliedAt), "pending"))
		}
	})
}
