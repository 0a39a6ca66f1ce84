package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// weatherBot is an agent that may read at an MCP server.
func (s *sandbox) weatherBot(t testing.TB, server string, flags ...string) registered {
	t.Helper()
	return s.create(t, "agent", append(flags, "--name", "weather-bot", "--scope", "weather:read", "--audience", server)...)
}

func TestMCPTypeScriptSDK(t *testing.T) {
	t.Parallel()
	s := onSandbox(t)
	s.mcpServer(t)
	bot, keyed := s.weatherBot(t, s.mcp), s.weatherBot(t, s.mcp, "--jwks", s.keys.published())
	type walk struct {
		ClientID                string `json:"client_id"`
		Read, Again, Set, Scope string
		Refreshed               bool
		Asked                   []struct{ Scope, Resource string }
	}
	var said struct {
		Document, Registered walk
		WithoutMetadata      spoken
		Agent, Keyed         string
	}
	s.run(t, "mcp-client.mjs", &said, "AGENT_ID="+bot.ClientID, "AGENT_SECRET="+bot.ClientSecret, "KEYED_AGENT_ID="+keyed.ClientID)
	if said.Document.ClientID != s.document || !strings.HasPrefix(said.Registered.ClientID, "c_dyn_") {
		t.Errorf("known as %s and %s", said.Document.ClientID, said.Registered.ClientID)
	}
	for door, w := range map[string]walk{"document": said.Document, "registration": said.Registered} {
		if w.Read != "Sunny, "+alice || w.Again != w.Read || !w.Refreshed {
			t.Errorf("%s: %+v", door, w)
		}
		if w.Set != "Now rain" || w.Scope != "weather:read weather:write" {
			t.Errorf("%s: a further scope is not to be had: %+v", door, w)
		}
		if len(w.Asked) != 2 || w.Asked[0].Scope != "weather:read" || w.Asked[0].Resource != s.mcp {
			t.Errorf("%s: the person was asked %+v", door, w.Asked)
		}
	}
	if said.Agent != "Sunny, "+bot.ClientID || said.Keyed != "Sunny, "+keyed.ClientID {
		t.Errorf("agents: %s, %s", said.Agent, said.Keyed)
	}
	var claims struct{ Aud, Sub string }
	claimsOf(t, said.WithoutMetadata.AccessToken, &claims)
	if claims.Sub != alice || claims.Aud != s.mcp || said.WithoutMetadata.RefreshToken == "" {
		t.Errorf("without metadata, scope and resource: %+v", claims)
	}
}

func TestTokenForAnotherMCPServerIsRefused(t *testing.T) {
	t.Parallel()
	s := onSandbox(t)
	s.mcpServer(t)
	for server, want := range map[string]int{s.mcp: http.StatusOK, s.mcpGo: http.StatusUnauthorized} {
		a := agent{s.weatherBot(t, server), s.deployment, httpClient()}
		r := must[*http.Request](t)(http.NewRequest(http.MethodPost, s.mcp, strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`)))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
		r.Header.Set("Authorization", "Bearer "+a.token(t, s.issuer).text("access_token"))
		if p := must[page](t)(sent(a.http, r)); p.status != want {
			t.Errorf("a token for %s at %s: %d %s", server, s.mcp, p.status, short(p.body))
		}
	}
}

func TestMCPGoSDK(t *testing.T) {
	t.Parallel()
	s := onSandbox(t)
	s.mcpServer(t)
	bot := s.weatherBot(t, s.mcpGo)
	program := filepath.Join(t.TempDir(), "mcp-go")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir = "clients/mcp-go"
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = append(s.settings(), "AGENT_ID="+bot.ClientID, "AGENT_SECRET="+bot.ClientSecret)
	type walk struct {
		Read, Again, Set, ClientID string
		Refreshes                  int
		Scopes                     []string
	}
	var said struct {
		Document, Registered walk
		Agent                string
	}
	var out bytes.Buffer
	cmd.Stdout = &out
	s.watch(t, cmd, must[io.ReadCloser](t)(cmd.StderrPipe()))
	if err := json.Unmarshal(out.Bytes(), &said); err != nil {
		t.Fatal(err)
	}
	if said.Document.ClientID != s.document || !strings.HasPrefix(said.Registered.ClientID, "c_dyn_") {
		t.Errorf("known as %s and %s", said.Document.ClientID, said.Registered.ClientID)
	}
	for door, w := range map[string]walk{"document": said.Document, "registration": said.Registered} {
		if w.Read != "Sunny, "+alice || w.Again != w.Read || w.Set != "Now rain" || w.Refreshes < 2 {
			t.Errorf("%s: %+v", door, w)
		}
		if len(w.Scopes) != 2 || !slices.Contains(strings.Fields(w.Scopes[0]), "offline_access") || !slices.Contains(strings.Fields(w.Scopes[1]), "weather:write") {
			t.Errorf("%s: the person was asked for %q", door, w.Scopes)
		}
	}
	if said.Agent != "Sunny, "+bot.ClientID {
		t.Errorf("agent: %s", said.Agent)
	}
}

// watch runs a program that asks a person, in what it writes to talk, to open URLs, and does so. Each
// browser is a new one.
func (s *sandbox) watch(t testing.TB, cmd *exec.Cmd, talk io.Reader) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said []string
	for lines := bufio.NewScanner(talk); lines.Scan(); {
		said = append(said, lines.Text())
		if url := openable(lines.Text(), s.issuer); url != "" {
			s.obey(t, url)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v: %v\n%s", cmd.Args, err, strings.Join(said, "\n"))
	}
}

// openable is the authorization request in a line, if it holds one.
func openable(line, issuer string) string {
	if i := strings.Index(line, issuer+"/authorize?"); i >= 0 {
		return strings.Fields(line[i:])[0]
	}
	return ""
}

// obey opens an authorization request as Alice, allows it, and goes back to the program.
func (s *sandbox) obey(t testing.TB, url string) {
	t.Helper()
	v := s.visitor(t)
	p := v.follow(v.get(url))
	if p.has("/login/dev") {
		p = v.follow(v.submit(p, "/login/dev", "user", alice))
	}
	if p.has("/consent") {
		p = v.follow(v.submit(p, "/consent", "decision", "allow"))
	}
	target := p.location
	if p.status == http.StatusOK {
		_, target, _ = strings.Cut(p.header.Get("Refresh"), "url=")
	}
	within(t, 10*time.Second, "the program to answer its browser", func() bool { // some listen after they have said where
		back, err := sent(httpClient(), must[*http.Request](t)(http.NewRequest(http.MethodGet, target, nil)))
		return err == nil && back.status == http.StatusOK
	})
}
