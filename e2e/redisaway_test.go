package e2e

import (
	"fmt"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// redisServer is a Redis of one test's own.
type redisServer struct {
	url     string
	process *process
}

func newRedisServer(t *testing.T) *redisServer {
	t.Helper()
	s := &redisServer{}
	port := must[int](t)(freePort())
	s.url = fmt.Sprintf("redis://127.0.0.1:%d", port)
	cmd := exec.Command("redis-server", "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
	cmd.Dir = t.TempDir()
	s.process = must[*process](t)(launch(cmd, cmd.Dir, "redis"))
	t.Cleanup(s.process.kill)
	if err := s.process.answers(10*time.Second, func() error { return askRedis(s.url, "PING") }); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *redisServer) told(t *testing.T, command string) {
	t.Helper()
	if err := askRedis(s.url, command); err != nil {
		t.Fatal(err)
	}
}

// Whatever is wrong with Redis, everybody who begins to sign in gets in, on either node; whoever had
// begun before does when Redis is back with what it held.
func TestSignInGoesOnWithoutRedis(t *testing.T) {
	for name, c := range map[string]struct {
		harm, mend func(t *testing.T, s *redisServer)
	}{
		"silent": {
			func(_ *testing.T, s *redisServer) { s.process.signal(syscall.SIGSTOP) },
			func(_ *testing.T, s *redisServer) { s.process.signal(syscall.SIGCONT) },
		},
		"full": {
			func(t *testing.T, s *redisServer) { s.told(t, "CONFIG SET maxmemory 1") },
			func(t *testing.T, s *redisServer) { s.told(t, "CONFIG SET maxmemory 0") },
		},
		"read-only": {
			func(t *testing.T, s *redisServer) { s.told(t, "REPLICAOF 127.0.0.1 1") },
			func(t *testing.T, s *redisServer) { s.told(t, "REPLICAOF NO ONE") },
		},
		"emptied": {func(t *testing.T, s *redisServer) { s.told(t, "FLUSHALL") }, nil},
		"dead":    {func(_ *testing.T, s *redisServer) { s.process.kill() }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redis := newRedisServer(t)
			d := own(t, plan{name: "redis-" + name, nodes: 2, database: newDatabase(t), redis: redis.url})
			a := d.app(t, "--first-party")
			arrives := func(v *visitor, q request, p page, who person) {
				a.redeem(t, q, v.arrive(d, p, who))
			}
			before, early, q := d.person(t), d.visitor(t), a.begin()
			waiting := early.follow(early.get(q.url))

			c.harm(t, redis)
			for range 6 {
				v, q := d.visitor(t), a.begin()
				arrives(v, q, v.get(q.url), d.person(t))
			}
			if c.mend == nil {
				return
			}
			half, between, asked := d.visitor(t), d.person(t), a.begin()
			begun := half.follow(half.get(asked.url))
			codePage, l := half.askForMail(d, begun, between)

			c.mend(t, redis)
			d.becomes(t, 200, "ready", "")
			arrives(early, q, waiting, before)
			arrives(half, asked, half.submit(codePage, "/login/mail/code", "code", l.code), between)
		})
	}
}
