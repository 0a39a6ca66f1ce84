package storagetest

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const redisDatabases = 4096

// RedisURL names an empty Redis database that no other test of this process uses. When
// SYMBOLON_TEST_REDIS_URL is set it is that one, as it is.
func RedisURL(t testing.TB) string {
	t.Helper()
	if given := os.Getenv("SYMBOLON_TEST_REDIS_URL"); given != "" {
		return given
	}
	port, err := privateRedis()
	if err != nil {
		t.Fatal(err)
	}
	n := usedRedisDatabases.Add(1)
	if n >= redisDatabases {
		t.Fatalf("more than %d tests asked for a Redis database", redisDatabases)
	}
	return fmt.Sprintf("redis://127.0.0.1:%d/%d", port, n)
}

var usedRedisDatabases atomic.Int64

// privateRedis starts the one server of this process.
var privateRedis = sync.OnceValues(func() (int, error) {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return 0, fmt.Errorf("redis-server is not installed: apt-get install redis-server, or name a server in SYMBOLON_TEST_REDIS_URL")
	}
	s, err := newServer("redis")
	if err != nil {
		return 0, err
	}
	return s.start(func(port int) []string {
		return []string{program, "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--dir", s.dir, "--save", "",
			"--appendonly", "no", "--databases", strconv.Itoa(redisDatabases)}
	}, pingRedis)
})

func pingRedis(port int) error {
	conn, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", port), time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	if _, err := fmt.Fprint(conn, "PING\r\n"); err != nil {
		return err
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err == nil && answer != "+PONG\r\n" {
		err = fmt.Errorf("redis answered %q", answer)
	}
	return err
}
