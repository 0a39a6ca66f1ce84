package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// sandbox is one `symbolon dev`, shared by the client libraries: what a developer has at hand.
type sandbox struct {
	*deployment
	mcp, mcpGo string // resources, which are MCP servers
	mcpOnce    sync.Once
	document   string // address of a client metadata document
	keys       keyholder
	jwk        string // file with the private key of keys
}

var (
	sandboxOnce   sync.Once
	sharedSandbox *sandbox
)

func onSandbox(t testing.TB) *sandbox {
	t.Helper()
	sandboxOnce.Do(func() { sharedSandbox = newSandbox(t) })
	if sharedSandbox == nil {
		t.Fatal("the sandbox could not be made; an earlier test says why")
	}
	return sharedSandbox
}

func newSandbox(t testing.TB) *sandbox {
	t.Helper()
	dir := must[string](t)(os.MkdirTemp(lab.dir, "sandbox-"))
	s := &sandbox{
		mcp:   fmt.Sprintf("http://127.0.0.1:%d/mcp", must[int](t)(freePort())),
		mcpGo: fmt.Sprintf("http://127.0.0.1:%d/mcp", must[int](t)(freePort())),
	}
	roots := s.publish(t, dir)
	p, issuer := startDev(t, dir, "SSL_CERT_FILE="+roots,
		"SYMBOLON_UNREGISTERED_RESOURCES="+s.mcp+","+s.mcpGo,
		"SYMBOLON_UNREGISTERED_SCOPES=openid,profile,email,offline_access,weather:read,weather:write")
	lab.mu.Lock()
	lab.logs = append(lab.logs, p.log)
	lab.mu.Unlock()
	secret := must[[]byte](t)(os.ReadFile(filepath.Join(dir, "symbolon-dev", "symbolon-dev.secret")))
	s.deployment = &deployment{name: "sandbox", issuer: issuer, env: []string{
		"HOME=" + dir, "SYMBOLON_ISSUER=" + issuer, "SYMBOLON_SECRET=" + string(bytes.TrimSpace(secret)),
		"SYMBOLON_DATABASE_URL=sqlite:" + filepath.Join(dir, "symbolon-dev", "symbolon.db"),
	}}
	s.keys = newKeyholder(t)
	s.jwk = filepath.Join(dir, "client.jwk.json")
	if err := os.WriteFile(s.jwk, must[[]byte](t)(json.Marshal(s.keys.key)), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// publish puts a client metadata document on a site of its own, and returns the file with the
// certificate that the site is trusted by: clients accept no document but by https.
func (s *sandbox) publish(t testing.TB, dir string) (roots string) {
	t.Helper()
	site := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"client_id": s.document, "client_name": "Weather agent", "token_endpoint_auth_method": "none",
			"redirect_uris": []string{"http://127.0.0.1/callback"}, "grant_types": []string{"authorization_code", "refresh_token"},
			"response_types": []string{"code"},
		})
	}))
	lab.atEnd(site.Close)
	s.document = site.URL + "/agent.json"
	roots = filepath.Join(dir, "roots.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: site.Certificate().Raw})
	if err := os.WriteFile(roots, block, 0o600); err != nil {
		t.Fatal(err)
	}
	return roots
}

const nodeClients = "clients/node"

// nodeJS is the Node that the lock file names; elsewhere than on Linux, the one that is installed.
func nodeJS(t testing.TB) string {
	t.Helper()
	if _, err := os.Stat(nodeClients + "/node_modules/openid-client"); err != nil {
		t.Fatal("the client libraries are missing; `make tools` installs them")
	}
	if own := must[[]string](t)(filepath.Glob(nodeClients + "/node_modules/node-linux-*/bin/node")); len(own) > 0 {
		return must[string](t)(filepath.Abs(own[0]))
	}
	return must[string](t)(exec.LookPath("node"))
}

// program is a JavaScript program of clients/node.
func (s *sandbox) program(ctx context.Context, t testing.TB, name string, env ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(ctx, nodeJS(t), name)
	cmd.Dir, cmd.Env = nodeClients, append(env, s.settings()...)
	return cmd
}

// settings are what all the programs are told.
func (s *sandbox) settings() []string {
	return []string{"ISSUER=" + s.issuer, "MCP_URL=" + s.mcp, "MCP_GO_URL=" + s.mcpGo, "DOCUMENT_URL=" + s.document, "KEYED_FILE=" + s.jwk}
}

// run runs a JavaScript program that prints one JSON value, and reads it.
func (s *sandbox) run(t testing.TB, name string, into any, env ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := s.program(ctx, t, name, env...)
	var talk bytes.Buffer
	cmd.Stderr = &talk
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, into)
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", name, err, talk.Bytes(), out)
	}
}

// mcpServer starts the MCP server of the TypeScript SDK, once.
func (s *sandbox) mcpServer(t testing.TB) {
	t.Helper()
	s.mcpOnce.Do(func() {
		p := must[*process](t)(launch(s.program(context.Background(), t, "mcp-server.mjs"), lab.dir, "mcp"))
		err := p.answers(20*time.Second, func() error {
			response, err := http.Post(s.mcp, "application/json", nil)
			if err != nil {
				return err
			}
			defer response.Body.Close()
			if response.StatusCode != http.StatusUnauthorized {
				return errors.New(response.Status)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// localApp registers an application that is sent back to this machine.
func (s *sandbox) localApp(t testing.TB, name string, flags ...string) registered {
	t.Helper()
	return s.create(t, "client", append(flags, "--name", name, "--redirect-uri", "http://127.0.0.1/callback")...)
}

func (s *sandbox) clock(t testing.TB) registered {
	t.Helper()
	return s.create(t, "client", "--name", "Weather clock", "--public", "--grant-type", deviceGrant, "--grant-type", "refresh_token")
}
