package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What a backup holds lives again when it is restored, until everything from before is ended: what
// docs/operations.md says, in its order.
func TestRestoredBackupRevivesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		deploy          func(t testing.TB) *deployment
		backup, restore func(t *testing.T, d *deployment, copied string)
	}{
		"SQLite": {ownSQLite, vacuum, replaceFile}, "PostgreSQL": {ownCluster, pgDump, pgRestore},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := c.deploy(t)
			a, who := d.app(t), d.person(t)
			token, v := a.tokensIn(t, d.visitor(t), who, "scope", "openid offline_access")
			ag := d.agent(t)
			agentToken := ag.token(t, d.issuer)
			copied := filepath.Join(t.TempDir(), "backup")
			c.backup(t, d, copied)
			a.call(t, d.issuer, "/revoke", "token", token.RefreshToken)
			refused(t, "the revoked token", 400, "invalid_grant", a.refresh(t, d.issuer, token.RefreshToken))

			for _, n := range d.nodes {
				n.process.signal(syscall.SIGKILL)
				<-n.process.done
			}
			c.restore(t, d, copied)
			d.command(t, "migrate", "up")
			d.command(t, "revoke", "--everything-before", "now")
			for _, n := range d.nodes {
				n.start(t)
			}
			d.front.use(d.nodes...)
			for _, n := range d.nodes {
				refused(t, "the revoked token", 400, "invalid_grant", a.refresh(t, n.url(), token.RefreshToken))
				if a.introspect(t, n.url(), token.AccessToken).active() {
					t.Error("an access token came back to life")
				}
				if agentToken.status != 200 || a.introspect(t, n.url(), agentToken.text("access_token")).active() {
					t.Error("an agent's token goes on")
				}
			}
			if v.signedIn() {
				t.Error("a session came back to life")
			}
			if fresh := a.tokens(t, who); !a.introspect(t, d.issuer, fresh.AccessToken).active() {
				t.Error("a new token is dead")
			}
		})
	}
}

func vacuum(t *testing.T, d *deployment, copied string) {
	runs(t, "sqlite3", strings.TrimPrefix(d.database, "sqlite:"), "VACUUM INTO '"+copied+"'")
}

func replaceFile(t *testing.T, d *deployment, copied string) {
	path := strings.TrimPrefix(d.database, "sqlite:")
	for _, file := range []string{path, path + "-wal", path + "-shm"} {
		if err := os.Remove(file); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	runs(t, "cp", copied, path)
}

func pgDump(t *testing.T, d *deployment, copied string) {
	runs(t, "pg_dump", "--format=custom", "--file", copied, d.database)
}

func pgRestore(t *testing.T, d *deployment, copied string) {
	if err := execSQL(d.database, "DROP SCHEMA public CASCADE; CREATE SCHEMA public"); err != nil {
		t.Fatal(err)
	}
	runs(t, "pg_restore", "--no-owner", "--dbname", d.database, copied)
}

func runs(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}
