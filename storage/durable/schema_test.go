package durable_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/migrations"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

func TestMissingSchemaIsToldPlainly(t *testing.T) {
	d := storagetest.Open(t, storagetest.SQLiteURL(t))
	var schema *durable.SchemaError
	if err := d.Ready(context.Background()); !errors.As(err, &schema) || !strings.Contains(err.Error(), "symbolon migrate up") {
		t.Error(err)
	}
}

// The next release has migrated the database: this one stays, and starts, as long as the schema says that it can.
func TestNewerSchemaSaysWhichReleasesItServes(t *testing.T) {
	for name, url := range urls(t) {
		t.Run(name, func(t *testing.T) {
			d := storagetest.Open(t, url)
			if err := d.Migrate(context.Background()); err != nil {
				t.Fatal(err)
			}
			newer := func(oldest int64) string {
				return fmt.Sprintf(`INSERT INTO schema_version (version_id, is_applied, oldest) VALUES (%d, TRUE, %d)`, 9000+oldest, oldest)
			}
			raw(t, url, `ALTER TABLE users ADD COLUMN nickname TEXT NOT NULL DEFAULT ''`, newer(migrations.Latest))
			restarted := storagetest.Open(t, url)
			if err := errors.Join(d.Ready(t.Context()), restarted.CheckSchema(t.Context()), restarted.Migrate(t.Context())); err != nil {
				t.Errorf("a schema that this release works with: %v", err)
			}
			newWorld(t, restarted)
			raw(t, url, newer(migrations.Latest+1))
			for _, err := range []error{d.Ready(t.Context()), d.CheckSchema(t.Context()), d.Migrate(t.Context())} {
				var schema *durable.SchemaError
				if !errors.As(err, &schema) || schema.Have != 9000+migrations.Latest+1 || !strings.Contains(err.Error(), "newer release") {
					t.Errorf("a schema that it does not work with: %v", err)
				}
			}
		})
	}
}
