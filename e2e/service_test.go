package e2e

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// postgres is the server of this run: the one SYMBOLON_TEST_POSTGRES_URL names, or a private one.
var postgres = sync.OnceValues(func() (string, error) {
	if given := os.Getenv("SYMBOLON_TEST_POSTGRES_URL"); given != "" {
		return given, nil
	}
	bin, err := postgresPrograms()
	if err != nil {
		return "", err
	}
	dir, as, err := serviceDir("postgres")
	if err != nil {
		return "", err
	}
	command := func(args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(bin, args[0]), args[1:]...)
		cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C"}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
		return cmd
	}
	data := filepath.Join(dir, "data")
	if out, err := command("initdb", "-D", data, "-U", "symbolon", "-A", "trust", "-E", "UTF8", "--locale=C",
		"--no-sync", "--no-instructions").CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w\n%s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	p, err := launch(command("postgres", "-D", data, "-p", strconv.Itoa(port), "-c", "listen_addresses=127.0.0.1",
		"-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=200"), lab.dir, "postgres")
	if err != nil {
		return "", err
	}
	server := fmt.Sprintf("postgres://symbolon@127.0.0.1:%d/postgres?sslmode=disable", port)
	return server, p.answers(30*time.Second, func() error { return execSQL(server, "SELECT 1") })
})

// postgresPrograms finds the folder of initdb and postgres, which Debian keeps off the PATH.
func postgresPrograms() (string, error) {
	if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb"); len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	if initdb, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(initdb), nil
	}
	return "", errors.New("PostgreSQL is not installed: apt-get install postgresql, or name a server in SYMBOLON_TEST_POSTGRES_URL")
}

// serviceDir makes a folder, and says as whom to run in it: PostgreSQL refuses to run as root.
func serviceDir(name string) (string, *syscall.Credential, error) {
	dir := filepath.Join(lab.dir, name)
	if err := os.Mkdir(dir, 0o700); err != nil || os.Geteuid() != 0 {
		return dir, nil, err
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return "", nil, fmt.Errorf("PostgreSQL cannot run as root, and there is no user postgres: %w", err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return dir, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, uid, gid)
}

var databases atomic.Int64

// newDatabase makes an empty database of its own.
func newDatabase(t testing.TB) string {
	t.Helper()
	server := must[string](t)(postgres())
	name := fmt.Sprintf("e2e_%d_%d", os.Getpid(), databases.Add(1))
	if err := execSQL(server, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	u := must[*url.URL](t)(url.Parse(server))
	u.Path = "/" + name
	return u.String()
}

func execSQL(server, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}

// redis is the server of this run: the one SYMBOLON_TEST_REDIS_URL names, or a private one.
var redis = sync.OnceValues(func() (string, error) {
	if given := os.Getenv("SYMBOLON_TEST_REDIS_URL"); given != "" {
		return given, nil
	}
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return "", errors.New("Redis is not installed: apt-get install redis-server, or name a server in SYMBOLON_TEST_REDIS_URL")
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	cmd := exec.Command(program, "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--databases", "256")
	cmd.Dir = lab.dir
	p, err := launch(cmd, lab.dir, "redis")
	if err != nil {
		return "", err
	}
	server := fmt.Sprintf("redis://127.0.0.1:%d", port)
	return server, p.answers(10*time.Second, func() error { return askRedis(server, "PING") })
})

var redisDatabases atomic.Int64

// newRedis names a Redis database that nobody else uses.
func newRedis(t testing.TB) string {
	t.Helper()
	server := must[string](t)(redis())
	if os.Getenv("SYMBOLON_TEST_REDIS_URL") != "" {
		return server
	}
	return fmt.Sprintf("%s/%d", server, redisDatabases.Add(1))
}

// askRedis sends one command to a database.
func askRedis(address, command string) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	conn, err := net.DialTimeout("tcp", u.Host, time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(2 * time.Second)); err != nil {
		return err
	}
	answers := bufio.NewReader(conn)
	if password, given := u.User.Password(); given {
		command = "AUTH " + password + "\r\n" + command
	}
	if db := strings.Trim(u.Path, "/"); db != "" {
		command = "SELECT " + db + "\r\n" + command
	}
	if _, err := fmt.Fprint(conn, command+"\r\n"); err != nil {
		return err
	}
	for range strings.Count(command, "\r\n") + 1 {
		answer, err := answers.ReadString('\n')
		if err != nil || strings.HasPrefix(answer, "-") {
			return errors.Join(err, fmt.Errorf("redis answered %q", answer))
		}
	}
	return nil
}
