package e2e

import (
	"encoding/json"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// recoveryLink is what `user recover --json` prints.
type recoveryLink struct {
	Link string
	ID   string `json:"link_id"`
}

func (d *deployment) recoveryLink(t testing.TB, who person, flags ...string) (made recoveryLink) {
	t.Helper()
	if err := json.Unmarshal(d.command(t, append([]string{"user", "recover", who.email, "--json"}, flags...)...), &made); err != nil {
		t.Fatal(err)
	}
	lab.seen.secret("recovery link", made.Link[strings.LastIndex(made.Link, "/")+1:])
	return made
}

func TestDelayedRecoveryLinkWaitsAndCanBeTakenBack(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		who, v := d.person(t), d.visitor(t)
		early := d.recoveryLink(t, who, "--delay", "24h")
		p := v.get(early.Link)
		if p.status != http.StatusForbidden || !strings.Contains(p.body, "isn’t active yet") || p.has("/login/recover") {
			t.Errorf("opened early: %d", p.status)
		}
		if p := v.post(early.Link, nil); p.status != http.StatusForbidden || v.signedIn() {
			t.Errorf("used early: %d", p.status)
		}
		d.command(t, "user", "recover", who.email, "--void", early.ID)
		now := d.recoveryLink(t, who)
		d.command(t, "user", "recover", who.id, "--void", now.ID)
		if p := v.submit(v.get(now.Link), "/login/recover/"); p.status == http.StatusSeeOther || v.signedIn() {
			t.Errorf("taken back: %d %s", p.status, p.location)
		}
		if said, code := d.fails(t, "X=", "user", "recover", who.email, "--void", now.ID); code == 0 || !strings.Contains(said, "taken back already") {
			t.Errorf("taken back twice: %d %s", code, said)
		}
		good := d.recoveryLink(t, who)
		if v.follow(v.submit(v.get(good.Link), "/login/recover/")); !v.signedIn() {
			t.Error("a link that nobody took back does not work")
		}
		d.post.awaitSubject(t, who.email, "A recovery link was created")
	})
}

func TestRecoveryLinkBesideDevNeedsNoIssuer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	issuer := devServerIn(t, dir)
	cmd := exec.Command(must[string](t)(binary()), "user", "recover", "alice@example.com", "--json")
	cmd.Dir, cmd.Env = dir, []string{"HOME=" + dir, "SYMBOLON_DATABASE_URL=sqlite:" + filepath.Join("symbolon-dev", "symbolon.db")}
	var made recoveryLink
	if err := json.Unmarshal(must[[]byte](t)(cmd.Output()), &made); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(made.Link, issuer+"/login/recover/") {
		t.Fatalf("the link is %s…", made.Link[:30])
	}
	v := &visitor{t: t, http: httpClient(), home: issuer}
	if v.submit(v.get(made.Link), "/login/recover/"); !v.signedIn() {
		t.Error("the link does not work")
	}
}
