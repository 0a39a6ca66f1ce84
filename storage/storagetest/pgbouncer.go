package storagetest

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// PgBouncerURL names the database of url as it is reached through a PgBouncer in transaction mode,
// which lasts as long as this process.
func PgBouncerURL(t testing.TB, database string) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	port, err := startPgBouncer(u)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = fmt.Sprintf("127.0.0.1:%d", port)
	return u.String()
}

func startPgBouncer(to *url.URL) (int, error) {
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		program = "/usr/sbin/pgbouncer" // where Debian keeps it, off the PATH
	}
	if _, err := os.Stat(program); err != nil {
		return 0, fmt.Errorf("PgBouncer is not installed: apt-get install pgbouncer")
	}
	s, err := newServer("pgbouncer")
	if err != nil {
		return 0, err
	}
	config := filepath.Join(s.dir, "pgbouncer.ini")
	return s.start(func(port int) []string {
		text := fmt.Sprintf(`[databases]
* = host=%s port=%s user=%s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 6
`, to.Hostname(), to.Port(), to.User.Username(), port)
		if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
			return []string{"/bin/false"} // and so it does not answer
		}
		return []string{program, config}
	}, func(port int) error {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			err = conn.Close()
		}
		return err
	})
}
