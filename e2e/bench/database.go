package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// database is a throwaway one.
type database struct {
	name, url string
	pids      func() []int // of its processes; none for SQLite, which runs in the server
	close     func()
}

func openSQLite(dir string) (database, error) {
	return database{
		name:  "SQLite",
		url:   "sqlite:" + filepath.Join(dir, "bench.db"),
		pids:  func() []int { return nil },
		close: func() {},
	}, nil
}

// openPostgres starts a private server as it comes, durable commits included. PostgreSQL refuses to
// run as root, so root runs it as the user that its package made.
func openPostgres(dir string) (database, error) {
	bin, err := postgresPrograms()
	if err != nil {
		return database{}, err
	}
	home := filepath.Join(dir, "postgres")
	as, err := servant(home)
	if err != nil {
		return database{}, err
	}
	command := func(args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(bin, args[0]), args[1:]...)
		cmd.Dir, cmd.Env = home, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "LC_ALL=C"}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
		return cmd
	}
	data := filepath.Join(home, "data")
	out, err := command("initdb", "-D", data, "-U", "symbolon", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync").CombinedOutput()
	if err != nil {
		return database{}, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	address, err := freeAddress()
	if err != nil {
		return database{}, err
	}
	_, port, _ := net.SplitHostPort(address)
	p, err := start(command("postgres", "-D", data, "-p", port, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="), dir)
	if err != nil {
		return database{}, err
	}
	ready := func() error { return command("pg_isready", "-q", "-h", "127.0.0.1", "-p", port).Run() }
	if err := p.until(ready, 50*time.Millisecond); err != nil {
		p.stop()
		return database{}, err
	}
	return database{
		name:  "PostgreSQL",
		url:   "postgres://symbolon@" + address + "/postgres?sslmode=disable",
		pids:  func() []int { return family(p.pid()) },
		close: func() { _ = p.cmd.Process.Signal(syscall.SIGINT); <-p.done }, // without waiting for its clients
	}, nil
}

// postgresPrograms finds the folder of initdb and postgres, which Debian keeps off the PATH.
func postgresPrograms() (string, error) {
	if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb"); len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	if initdb, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(initdb), nil
	}
	return "", errors.New("PostgreSQL is not installed: apt-get install postgresql, or measure -only SQLite")
}

// servant makes the folder of a service and says as whom it runs.
func servant(home string) (*syscall.Credential, error) {
	if err := os.Mkdir(home, 0o700); err != nil || os.Geteuid() != 0 {
		return nil, err
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(home, uid, gid)
}
