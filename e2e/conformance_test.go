package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The suite of the MCP project for authorization servers. It knows the revisions by name, and tells
// what each of them has of its own.
func TestMCPConformanceOfAuthorizationServers(t *testing.T) {
	t.Parallel()
	s := onSandbox(t)
	client := s.localApp(t, "MCP conformance", "--public", "--scope", "openid weather:read", "--audience", s.mcp)
	for revision, checks := range map[string]int{"2025-03-26": 2, "2025-06-18": 2, "2025-11-25": 3, "2026-07-28": 3} {
		t.Run(revision, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			results := t.TempDir()
			cmd := s.program(ctx, t, "node_modules/@modelcontextprotocol/conformance/dist/index.js")
			cmd.Args = append(cmd.Args, "authorization", "--url", s.issuer, "--spec-version", revision, "--resource", s.mcp,
				"--client-id", client.ClientID, "--port", fmt.Sprint(must[int](t)(freePort())), "--output-dir", results)
			out := must[io.ReadCloser](t)(cmd.StdoutPipe())
			cmd.Stderr = cmd.Stdout
			s.watch(t, cmd, out)
			passed := 0
			for _, check := range conformanceChecks(t, results) {
				if check.Status != "SUCCESS" {
					t.Errorf("%s: %s %s", check.ID, check.Status, check.ErrorMessage)
				}
				passed++
			}
			if passed != checks {
				t.Errorf("%d checks instead of %d", passed, checks)
			}
		})
	}
}

type conformanceCheck struct{ ID, Status, ErrorMessage string }

func conformanceChecks(t *testing.T, dir string) (all []conformanceCheck) {
	t.Helper()
	for _, file := range must[[]string](t)(filepath.Glob(dir + "/*/checks.json")) {
		var checks []conformanceCheck
		if err := json.Unmarshal(must[[]byte](t)(os.ReadFile(file)), &checks); err != nil {
			t.Fatal(err)
		}
		all = append(all, checks...)
	}
	return all
}
