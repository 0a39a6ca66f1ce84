// Package migrations carries the schema of the durable store, so that the one binary can make and
// raise its own database. The two folders hold the same steps: only the DDL of the databases
// differs, the statements that use the tables are one text for both.
//
// A step, once released, never changes. A step only adds, so that the previous release keeps
// working on the new schema while nodes are replaced one by one, and it never makes a filled
// database wait. There are three kinds, told apart by the first line of the file:
//
//   - Without a marker the file is DDL and runs in one transaction. It reads and writes no row of a
//     table that exists already.
//   - "-- fill: TABLE.COLUMN" is one statement for the rows of TABLE whose COLUMN, a TEXT key, is
//     > $1 and <= $2. It runs again and again, for a batch each in a transaction of its own, and may
//     be repeated from the beginning.
//   - "-- alone" is for PostgreSQL's CREATE INDEX CONCURRENTLY: each statement runs outside of a
//     transaction. The index is dropped before, in case an attempt was cut short.
package migrations

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

//go:embed postgres/*.sql sqlite/*.sql
var files embed.FS

// Oldest is the oldest release, named by its Latest, that works on the schema of this one. It is
// raised by a step that takes something away.
const Oldest = 1

// Latest is the schema this release was built for: the number of the last step.
var Latest = last(PostgreSQL())

// Step is one file.
type Step struct {
	Version int64
	Name    string
	SQL     string
	Fills   Column // of a step that fills: whose values the batches are ranges of
	Alone   bool
}

// Column names a column of a table.
type Column struct{ Table, Name string }

// PostgreSQL returns the steps for PostgreSQL, in order.
func PostgreSQL() []Step { return read("postgres") }

// SQLite returns the steps for SQLite, in order.
func SQLite() []Step { return read("sqlite") }

// read panics only on files that were wrong when the program was built.
func read(folder string) (steps []Step) {
	names, err := fs.Glob(files, folder+"/*.sql")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			panic(err)
		}
		steps = append(steps, parse(path.Base(name), string(text)))
	}
	return steps
}

func parse(name, text string) Step {
	number, _, _ := strings.Cut(name, "_")
	version, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		panic(fmt.Sprintf("migration %s has no number", name))
	}
	s := Step{Version: version, Name: name, SQL: text}
	marker, _, _ := strings.Cut(text, "\n")
	if column, fills := strings.CutPrefix(marker, "-- fill: "); fills {
		s.Fills.Table, s.Fills.Name, _ = strings.Cut(column, ".")
	}
	s.Alone = marker == "-- alone"
	if !s.Alone && strings.Contains(text, "CONCURRENTLY") {
		panic(fmt.Sprintf("migration %s builds an index in a transaction: its first line must be -- alone", name))
	}
	return s
}

func last(steps []Step) int64 { return steps[len(steps)-1].Version }
