// Package migrations carries the schema of the durable store, so that the one binary can make and
// raise its own database. The two folders hold the same steps: only the DDL of the databases
// differs, the statements that use the tables are one text for both.
//
// A step, once released, never changes. A step only adds, so that the previous release keeps
// working on the new schema while nodes are replaced one by one.
package migrations

import (
	"embed"
	"io/fs"
)

//go:embed postgres/*.sql sqlite/*.sql
var files embed.FS

// PostgreSQL returns the steps for PostgreSQL.
func PostgreSQL() (fs.FS, error) { return fs.Sub(files, "postgres") }

// SQLite returns the steps for SQLite.
func SQLite() (fs.FS, error) { return fs.Sub(files, "sqlite") }

// Latest is the schema this release was built for: the number of the last step.
const Latest = 10
