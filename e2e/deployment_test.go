package e2e

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// deployment is a running Symbolon as an operator would set it up.
type deployment struct {
	name, issuer, database, redis string
	env                           []string // of every node and every command
	nodes                         []*node
	front                         *front
	post                          *postOffice
	close                         func()
}

// plan says what a deployment is made of.
type plan struct {
	name, database, redis string
	nodes                 int
	dev                   bool // of `symbolon dev`
	env                   []string
}

var deployments atomic.Int64

func deploy(t testing.TB, p plan) *deployment {
	t.Helper()
	dir := filepath.Join(lab.dir, fmt.Sprintf("%s-%d", p.name, deployments.Add(1)))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if p.database == "" {
		p.database = "sqlite:" + filepath.Join(dir, "symbolon.db")
	}
	d := &deployment{name: p.name, database: p.database, redis: p.redis, post: newPostOffice(t)}
	d.front, d.close = newFront(t)
	d.issuer = d.front.url
	d.env = slices.Concat([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "SYMBOLON_ISSUER=" + d.issuer, "SYMBOLON_DATABASE_URL=" + p.database,
		"SYMBOLON_REDIS_URL=" + p.redis, "SYMBOLON_SECRET=" + newSecret(), "SYMBOLON_SMTP_URL=" + d.post.url(),
		"SYMBOLON_MAIL_FROM=Symbolon <login@symbolon.example>", "SYMBOLON_TRUSTED_PROXIES=127.0.0.1",
		"SYMBOLON_LOG_LEVEL=debug", "SYMBOLON_DRAIN=1s", "SYMBOLON_AUTHORIZATION_DETAILS_TYPES=" + detailTypes,
	}, p.env)
	d.command(t, "migrate", "up")
	for i := range p.nodes {
		n := &node{name: fmt.Sprintf("%s-node%d", p.name, i+1), dev: p.dev, env: d.env, dir: dir}
		n.start(t)
		d.nodes = append(d.nodes, n)
	}
	d.front.use(d.nodes...)
	return d
}

func newSecret() string {
	secret := make([]byte, 32)
	rand.Read(secret)
	return lab.seen.secret("deployment secret", base64.StdEncoding.EncodeToString(secret))
}

// own makes a deployment that only this test uses, because it will be broken.
func own(t testing.TB, p plan) *deployment {
	t.Helper()
	d := deploy(t, p)
	t.Cleanup(func() {
		for _, n := range d.nodes {
			n.process.kill()
		}
		d.close()
	})
	return d
}

func ownSQLite(t testing.TB) *deployment { return own(t, plan{name: "sqlite", nodes: 1}) }

func ownCluster(t testing.TB) *deployment {
	return own(t, plan{name: "cluster", nodes: 2, database: newDatabase(t), redis: newRedis(t)})
}

var (
	sqliteOnce, clusterOnce     sync.Once
	sharedSQLite, sharedCluster *deployment
)

func onSQLite(t testing.TB) *deployment {
	t.Helper()
	sqliteOnce.Do(func() { sharedSQLite = share(deploy(t, plan{name: "sqlite", nodes: 1})) })
	return made(t, sharedSQLite)
}

func onCluster(t testing.TB) *deployment {
	t.Helper()
	clusterOnce.Do(func() {
		sharedCluster = share(deploy(t, plan{name: "cluster", nodes: 2, database: newDatabase(t), redis: newRedis(t)}))
	})
	return made(t, sharedCluster)
}

func share(d *deployment) *deployment {
	lab.mu.Lock()
	defer lab.mu.Unlock()
	lab.shared = append(lab.shared, d)
	return d
}

func made(t testing.TB, d *deployment) *deployment {
	t.Helper()
	if d == nil {
		t.Fatal("the deployment could not be made; an earlier test says why")
	}
	return d
}

// onBoth runs a test on one node with SQLite and on two with PostgreSQL and Redis.
func onBoth(t *testing.T, test func(t *testing.T, d *deployment)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, onSQLite(t)) })
	t.Run("cluster", func(t *testing.T) { test(t, onCluster(t)) })
}

// command runs the binary on the deployment's database and returns what it printed.
func (d *deployment) command(t testing.TB, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(must[string](t)(binary()), args...)
	cmd.Env = d.env
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	if err := cmd.Run(); err != nil {
		t.Fatalf("symbolon %s: %v\n%s", strings.Join(args, " "), err, talk.Bytes())
	}
	return out.Bytes()
}

// fails runs the binary with one more setting, and returns what it said and its exit code. It must
// end by itself.
func (d *deployment) fails(t testing.TB, setting string, args ...string) (said string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, must[string](t)(binary()), args...)
	cmd.Env, cmd.Dir = append(slices.Clone(d.env), setting), t.TempDir()
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		t.Errorf("symbolon %s with %s does not end", strings.Join(args, " "), setting)
		return string(out), 0
	}
	if err == nil {
		return string(out), 0
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// registered is what `create --json` prints.
type registered struct {
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	SecretID     string `json:"secret_id"`
	UserID       string `json:"user_id"`
}

func (d *deployment) create(t testing.TB, noun string, flags ...string) registered {
	t.Helper()
	var r registered
	if err := json.Unmarshal(d.command(t, slices.Concat([]string{noun, "create", "--json"}, flags)...), &r); err != nil {
		t.Fatal(err)
	}
	lab.seen.secret("client secret", r.ClientSecret)
	return r
}

func (d *deployment) secretAdd(t testing.TB, noun, id string) registered {
	t.Helper()
	r := registered{ClientID: id}
	if err := json.Unmarshal(d.command(t, noun, "secret", "add", id, "--json"), &r); err != nil {
		t.Fatal(err)
	}
	lab.seen.secret("client secret", r.ClientSecret)
	return r
}

// person is somebody with an account.
type person struct{ id, email string }

func (d *deployment) person(t testing.TB) person {
	t.Helper()
	email := lab.seen.address("ada." + strings.ToLower(random()[:12]) + "@example.com")
	return person{d.create(t, "user", "--email", email, "--name", "Ada Lovelace").UserID, email}
}

var networks atomic.Int64

// newNetwork is an address in a network that nobody else comes from: limits count by network.
func newNetwork() string {
	n := networks.Add(1)
	return fmt.Sprintf("10.%d.%d.7", n/256%256, n%256)
}

// httpClient is a program in a network of its own. It follows no redirect, and keeps cookies.
func httpClient() *http.Client {
	jar, _ := cookiejar.New(nil) // cannot fail
	return &http.Client{
		Jar:           jar,
		Transport:     from{newNetwork()},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// from sends requests as if through a proxy that had them from this address.
type from struct{ address string }

func (f from) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Forwarded-For", f.address)
	return http.DefaultTransport.RoundTrip(r)
}
