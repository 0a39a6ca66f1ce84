package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage/durable"
)

// migrateTime bounds a migration; the database's own lock keeps others out meanwhile.
const migrateTime = 30 * time.Minute

// MigrateSchema applies the migrations that are pending.
func MigrateSchema(ctx context.Context, db *durable.DB) error {
	ctx, cancel := context.WithTimeout(ctx, migrateTime)
	defer cancel()
	return db.Migrate(ctx)
}

// CheckSchema migrates nothing: a running release may be using the database.
func CheckSchema(ctx context.Context, db *durable.DB) error {
	err := db.CheckSchema(ctx)
	var other *durable.SchemaError
	if errors.As(err, &other) && other.Have < other.Want {
		return advised{fmt.Errorf("the schema is missing or old: version %d, needed %d", other.Have, other.Want), "symbolon migrate up"}
	}
	return err
}
