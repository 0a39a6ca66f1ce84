package ephemeral_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/symbolon-id/symbolon/storage/ephemeral"
)

// server is a private Redis that a test may stop and start again.
type server struct {
	addr             string
	args             []string
	cmd              *exec.Cmd
	pid              int
	sentinel, secure bool
	password         string
	alive            io.Closer // closing it, or the end of this process, ends the server
}

const watch = `"$@" >/dev/null 2>&1 & echo $!; read -r nothing; kill -9 $!; wait $!`

// running are the servers shared by all tests that keep them running.
var running struct{ single, cluster *server }

func TestMain(m *testing.M) { os.Exit(runOnServers(m)) }

func runOnServers(m *testing.M) int {
	dir, err := os.MkdirTemp("", "ephemeral")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := makeAuthority(dir); err != nil {
		log.Fatal(err)
	}
	running.single = newServer(freePort(), dir)
	running.cluster = newServer(freePort(), dir,
		"--cluster-enabled", "yes", "--cluster-port", freePort(), "--cluster-config-file", "one.conf")
	for _, s := range []*server{running.single, running.cluster} {
		if err := s.run(); err != nil {
			log.Fatal(err)
		}
		defer s.kill()
	}
	if err := running.cluster.ownAllSlots(); err != nil {
		log.Fatal(err)
	}
	return m.Run()
}

func newServer(port, dir string, args ...string) *server {
	return &server{addr: "127.0.0.1:" + port, args: append([]string{
		"--port", port, "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--appendonly", "no",
	}, args...)}
}

// startRedis is a server for one test alone.
func startRedis(t *testing.T) *server {
	t.Helper()
	s := newServer(freePort(), t.TempDir())
	s.start(t)
	t.Cleanup(s.kill)
	return s
}

// run starts the server and waits until it answers.
func (s *server) run() error {
	args := []string{"-c", watch, "watch", "redis-server"}
	if s.sentinel { // keeps what it learns in its file
		config := filepath.Join(s.option("--dir"), "sentinel.conf")
		if err := os.WriteFile(config, nil, 0o600); err != nil {
			return err
		}
		args = append(args, config, "--sentinel")
	}
	s.cmd = exec.Command("/bin/sh", append(args, s.args...)...)
	stdin, err := s.cmd.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	s.alive = stdin
	if _, err := fmt.Fscanln(stdout, &s.pid); err != nil {
		return err
	}
	return s.until(func(c *redis.Client) bool { return c.Ping(context.Background()).Err() == nil })
}

// ownAllSlots makes a cluster of one node.
func (s *server) ownAllSlots() error {
	asked := false
	return s.until(func(c *redis.Client) bool {
		asked = asked || c.ClusterAddSlotsRange(context.Background(), 0, 16383).Err() == nil
		info, err := c.ClusterInfo(context.Background()).Result()
		return err == nil && strings.Contains(info, "cluster_state:ok")
	})
}

func (s *server) until(ready func(*redis.Client) bool) error {
	c := s.client()
	defer c.Close()
	for range 3000 {
		if ready(c) {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return fmt.Errorf("redis on %s did not come up", s.addr)
}

func (s *server) start(t *testing.T) {
	t.Helper()
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
}

func (s *server) kill() {
	if s.cmd == nil {
		return
	}
	s.alive.Close()
	s.cmd.Wait()
	s.cmd = nil
}

// send sends the server a command.
func (s *server) send(t *testing.T, command ...any) {
	t.Helper()
	if err := s.admin(t).Do(t.Context(), command...).Err(); err != nil {
		t.Fatal(err)
	}
}

// fullRedis takes nothing in.
func fullRedis(t *testing.T) *server {
	s := startRedis(t)
	s.send(t, "CONFIG", "SET", "maxmemory", "1")
	return s
}

// stop makes the server silent, with all it holds, until resume.
func (s *server) stop(t *testing.T)   { s.signal(t, syscall.SIGSTOP) }
func (s *server) resume(t *testing.T) { s.signal(t, syscall.SIGCONT) }

func (s *server) signal(t *testing.T, what syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(s.pid, what); err != nil {
		t.Error(err)
	}
}

// admin is a client beside the store under test.
func (s *server) admin(t *testing.T) *redis.Client {
	c := s.client()
	t.Cleanup(func() { c.Close() })
	return c
}

func (s *server) client() *redis.Client {
	o := &redis.Options{Addr: s.addr, Password: s.password, MaxRetries: -1, DialerRetries: 1}
	if s.secure {
		o.TLSConfig = &tls.Config{}
	}
	return redis.NewClient(o)
}

// option is the value the server was given for it.
func (s *server) option(name string) string { return s.args[slices.Index(s.args, name)+1] }

func (s *server) store(t *testing.T) *ephemeral.Redis {
	t.Helper()
	if slices.Contains(s.args, "--cluster-enabled") {
		return open(t, "redis-cluster://"+s.addr)
	}
	return open(t, "redis://"+s.addr)
}

// empty is the store on a shared server from which everything was removed.
func (s *server) empty(t *testing.T) *ephemeral.Redis {
	t.Helper()
	if err := s.admin(t).FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	return s.store(t)
}

func open(t *testing.T, url string) *ephemeral.Redis {
	t.Helper()
	r, err := ephemeral.NewRedis(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func freePort() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// eventually waits for what another process or the clock must bring about.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for !happened() {
		select {
		case <-ctx.Done():
			t.Fatalf("it never happened that %s", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}
