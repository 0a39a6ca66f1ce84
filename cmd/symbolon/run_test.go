package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// screen is what a command that goes on running has written so far.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// await returns once the screen shows text; a test that waits in vain says what it saw.
func (s *screen) await(t *testing.T, text string) {
	t.Helper()
	for range 3000 {
		if strings.Contains(s.String(), text) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%q never came; there is:\n%s", text, s)
}

func command(t *testing.T, database string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, talk bytes.Buffer
	code = run(context.Background(), args, []string{"SYMBOLON_DATABASE_URL=" + database}, strings.NewReader(""), &out, &talk)
	return code, out.String(), talk.String()
}

func TestPostgreSQLWithoutSchemaIsRefusedAndNotMigratedUnasked(t *testing.T) {
	u, err := url.Parse(storagetest.PostgreSQLURL(t))
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/postgres" // the server's own database: nobody has migrated it
	for range 2 {
		code, stdout, stderr := command(t, u.String(), "agent", "list")
		if code != exitFailed || stdout != "" || !strings.Contains(stderr, "schema is missing") || !strings.HasSuffix(stderr, "Try: symbolon migrate up\n") {
			t.Fatalf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
		}
	}
}

func TestCommandsWorkOnPostgreSQL(t *testing.T) {
	database := storagetest.PostgreSQLURL(t)
	code, _, stderr := command(t, database, "agent", "create", "--name", "bot", "--scope", "read", "--audience", "https://api.example")
	if code != exitDone {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	code, stdout, stderr := command(t, database, "audit", "list")
	if code != exitDone || !strings.Contains(stdout, "client.create") {
		t.Fatalf("exit %d: %s%s", code, stdout, stderr)
	}
}

func TestDatabaseThatIsAwayFailsWithoutItsPassword(t *testing.T) {
	code, stdout, stderr := command(t, "postgres://symbolon:hunter2@127.0.0.1:1/symbolon", "agent", "list")
	if code != exitFailed || stdout != "" || strings.Contains(stderr, "hunter2") || !strings.Contains(stderr, "Try: ") {
		t.Fatalf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

func TestAuditTailShowsEachEventOnceUntilInterrupted(t *testing.T) {
	database := storagetest.SQLiteURL(t)
	if code, _, stderr := command(t, database, "migrate", "up"); code != exitDone {
		t.Fatal(stderr)
	}
	create := func(name string) {
		if code, _, stderr := command(t, database, "agent", "create", "--name", name, "--scope", "read", "--audience", "https://api.example"); code != exitDone {
			t.Fatal(stderr)
		}
	}
	create("before")
	ctx, interrupt := context.WithCancel(context.Background())
	defer interrupt()
	var out, talk screen
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"audit", "tail"}, []string{"SYMBOLON_DATABASE_URL=" + database}, strings.NewReader(""), &out, &talk)
	}()
	out.await(t, "client.create success")
	if code, _, stderr := command(t, database, "user", "create", "--email", "ada@example.com"); code != exitDone {
		t.Fatal(stderr)
	}
	out.await(t, "user.create success")
	interrupt()
	if code := <-ended; code != exitDone {
		t.Fatalf("exit %d: %s", code, &talk)
	}
	if n := strings.Count(out.String(), "\n"); n != 2 {
		t.Errorf("%d lines, want 2:\n%s", n, &out)
	}
}

func TestInterruptedCommandHasNothingToExplain(t *testing.T) {
	ctx, interrupt := context.WithCancel(context.Background())
	issuer := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { interrupt(); <-t.Context().Done() }))
	t.Cleanup(issuer.Close)
	var out, talk screen
	code := run(ctx, []string{"login", "--client", "c_x", "--issuer", issuer.URL}, nil, strings.NewReader(""), &out, &talk)
	if code != exitFailed || out.String()+talk.String() != "" {
		t.Errorf("exit %d: %s%s", code, &out, &talk)
	}
}

func TestHealthcheckBelievesOnly200(t *testing.T) {
	for status, want := range map[int]int{http.StatusServiceUnavailable: exitFailed, http.StatusNotFound: exitFailed, http.StatusOK: exitDone} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/livez" {
				t.Errorf("asked for %s", r.URL.Path)
			}
			w.WriteHeader(status)
		}))
		code, _, stderr := command(t, "sqlite:unused.db", "healthcheck", "--listen", server.Listener.Addr().String())
		server.Close()
		if code != want {
			t.Errorf("%d: exit %d, want %d: %s", status, code, want, stderr)
		}
	}
}
