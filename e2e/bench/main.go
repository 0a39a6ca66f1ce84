// Command bench measures a built server from outside: CPU per request of the server and its
// database, beside one bare RSA-2048 signature and beside a ceiling, a server that parses, compares
// a secret and signs but stores nothing. All of them are measured in the same run, alternating, so
// that what else the machine does falls on all alike. docs/performance.md says what the figures mean.
//
//	bench -binary ./symbolon [-rounds 5] [-requests 300]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
)

func main() {
	// The kernel ends our children with the thread that started them: this one, which never ends.
	runtime.LockOSThread()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 && args[0] == ceilingCommand {
		return serveCeiling(ctx, os.Stdout)
	}
	b := &bench{out: os.Stdout}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&b.binary, "binary", "./symbolon", "the server to measure")
	flags.IntVar(&b.rounds, "rounds", 5, "figures are the median of so many rounds")
	flags.IntVar(&b.requests, "requests", 300, "per round, of those that sign; others get five times as many")
	flags.IntVar(&b.callers, "callers", 4, "connections at once")
	flags.StringVar(&b.only, "only", "", "measure on this database only: SQLite or PostgreSQL")
	flags.StringVar(&b.work, "work", "", "measure only work whose name begins so")
	flags.StringVar(&b.profile, "profile", "", "write a CPU profile of each work into this folder instead")
	if err := flags.Parse(args); err != nil {
		return err
	}
	return b.all(ctx)
}

// bench is one run.
type bench struct {
	binary                    string
	rounds, requests, callers int
	only, work, profile       string
	dir                       string
	out                       *os.File
	office                    *postOffice
	ceiling                   *target
}

func (b *bench) all(ctx context.Context) (err error) {
	if b.binary, err = filepath.Abs(b.binary); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "symbolon-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	if err := os.Chmod(b.dir, 0o755); err != nil { // the user that PostgreSQL runs as must get through
		return err
	}
	if b.office, err = openPostOffice(); err != nil {
		return err
	}
	defer b.office.Close()
	var end func()
	if b.ceiling, end, err = startCeiling(b.dir, b.callers); err != nil {
		return err
	}
	defer end()
	if err := b.size(); err != nil {
		return err
	}
	for _, d := range []struct {
		name string
		open func(dir string) (database, error)
	}{{"SQLite", openSQLite}, {"PostgreSQL", openPostgres}} {
		if b.only != "" && b.only != d.name {
			continue
		}
		if err := b.measureOn(ctx, d.open); err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
	}
	return nil
}

func (b *bench) size() error {
	info, err := os.Stat(b.binary)
	if err != nil {
		return err
	}
	fmt.Fprintf(b.out, "%s, %d cores, %s\n", runtime.Version(), runtime.NumCPU(), runtime.GOARCH)
	fmt.Fprintln(b.out, footprint("binary", mebibytes(info.Size()), "MiB", 25))
	return nil
}

func (b *bench) measureOn(ctx context.Context, open func(string) (database, error)) (err error) {
	db, err := open(b.dir)
	if err != nil {
		return err
	}
	defer db.close()
	node := &node{binary: b.binary, dir: filepath.Join(b.dir, db.name), database: db, smtp: b.office.url()}
	if err := node.prepare(); err != nil {
		return err
	}
	fmt.Fprintf(b.out, "\n%s\n", db.name)
	if err := b.starts(node); err != nil {
		return err
	}
	if err := node.start(); err != nil {
		return err
	}
	defer node.stop()
	return b.table(ctx, node)
}
