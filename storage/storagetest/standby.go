package storagetest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Pair is a PostgreSQL primary and a streaming standby of it, for one test to break.
type Pair struct{ Primary, Standby *Postgres }

// Postgres is one server of a Pair.
type Postgres struct {
	server *server
	bin    string
	data   string
	port   int
}

// NewPair starts both and returns once the standby follows.
func NewPair(t testing.TB) Pair {
	t.Helper()
	bin, err := postgresPrograms()
	if err != nil {
		t.Fatal(err)
	}
	primary := newPostgres(t, bin, "primary")
	primary.program(t, "initdb", "-D", primary.data, "-U", "symbolon", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
	primary.start(t)
	standby := newPostgres(t, bin, "standby")
	standby.program(t, "pg_basebackup", "-D", standby.data, "-d", primary.URL(), "-R", "-X", "stream", "-c", "fast", "--no-sync")
	standby.start(t)
	return Pair{primary, standby}
}

func newPostgres(t testing.TB, bin, name string) *Postgres {
	t.Helper()
	s, err := newServer(name)
	if err != nil {
		t.Fatal(err)
	}
	p := &Postgres{server: s, bin: bin, data: filepath.Join(s.dir, "data")}
	t.Cleanup(func() { p.Kill(t) })
	return p
}

func (p *Postgres) program(t testing.TB, name string, args ...string) {
	t.Helper()
	if err := p.server.run(append([]string{filepath.Join(p.bin, name)}, args...)...); err != nil {
		t.Fatal(err)
	}
}

func (p *Postgres) start(t testing.TB) {
	t.Helper()
	port, err := p.server.start(func(port int) []string {
		return []string{filepath.Join(p.bin, "postgres"), "-D", p.data, "-p", strconv.Itoa(port), "-c", "listen_addresses=127.0.0.1",
			"-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "shared_buffers=16MB", "-c", "wal_receiver_status_interval=1s"}
	}, func(port int) error { return execSQL(postgresURL(port), `SELECT 1`) })
	if err != nil {
		t.Fatal(err)
	}
	p.port = port
}

// URL names the database postgres of this server alone.
func (p *Postgres) URL() string { return postgresURL(p.port) }

// URL names both hosts, the primary first.
func (p Pair) URL() string {
	return fmt.Sprintf("postgres://symbolon@127.0.0.1:%d,127.0.0.1:%d/postgres?sslmode=disable", p.Primary.port, p.Standby.port)
}

// Promote makes the standby a primary.
func (p *Postgres) Promote(t testing.TB) {
	t.Helper()
	p.SQL(t, `SELECT pg_promote()`)
}

// SQL runs one statement.
func (p *Postgres) SQL(t testing.TB, statement string) {
	t.Helper()
	if err := execSQL(p.URL(), statement); err != nil {
		t.Fatal(err)
	}
}

// Demote restarts the server, on the same port, as a standby.
func (p *Postgres) Demote(t testing.TB) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(p.data, "standby.signal"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	p.program(t, "pg_ctl", "-D", p.data, "-m", "fast", "-w", "-o", fmt.Sprintf(
		"-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off", p.port), "-l", filepath.Join(p.server.dir, "log2"), "restart")
}

// Kill ends every process of the server, without a goodbye.
func (p *Postgres) Kill(t testing.TB) { p.signal(t, syscall.SIGKILL) }

// Freeze stops every process of the server: it accepts connections and is silent.
func (p *Postgres) Freeze(t testing.TB) { p.signal(t, syscall.SIGSTOP) }

func (p *Postgres) signal(t testing.TB, s syscall.Signal) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(p.data, "postmaster.pid"))
	if os.IsNotExist(err) {
		return // it has ended
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	postmaster, err := strconv.Atoi(string(first))
	if err != nil {
		t.Fatal(err)
	}
	_ = syscall.Kill(postmaster, s) // first: it must not replace the others
	for _, child := range children(t, postmaster) {
		_ = syscall.Kill(child, s)
	}
}

func children(t testing.TB, parent int) (all []int) {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, stat := range stats {
		text, err := os.ReadFile(stat)
		if err != nil {
			continue // it has just ended
		}
		_, rest, _ := strings.Cut(string(text), ") ")
		if fields := strings.Fields(rest); len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(stat)))
			all = append(all, pid)
		}
	}
	return all
}

// CaughtUp waits until the standby has replayed all that the primary wrote.
func (p Pair) CaughtUp(t testing.TB) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		err := execSQL(p.Primary.URL(), `SELECT 1 / count(*) FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn()`)
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the standby does not follow: %v", err)
		}
	}
}
