package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// kubeuser is somebody whose kubectl asks kubelogin for a token, as `client create` has told it to.
type kubeuser struct {
	t    testing.TB
	d    *deployment
	id   string // of the client
	home string // with the cache
	args []string
}

var execArg = regexp.MustCompile(`--exec-arg=(\S+)`)

func (d *deployment) kubeuser(t testing.TB, flags ...string) *kubeuser {
	t.Helper()
	r, settings := d.configured(t, "kubernetes", flags...)
	k := &kubeuser{t: t, d: d, id: r.ClientID, home: t.TempDir()}
	for _, arg := range execArg.FindAllStringSubmatch(settings, -1) {
		k.args = append(k.args, arg[1])
	}
	if k.args[0] != "oidc-login" { // kubectl finds it under this name
		t.Fatalf("%q", k.args)
	}
	k.args = k.args[1:]
	return k
}

// execCredential is the answer that kubectl reads.
type execCredential struct {
	Kind, APIVersion string
	Status           struct {
		Token               string
		ExpirationTimestamp time.Time
	}
}

// gets runs kubelogin. Whenever it says something that matches the pattern, somebody signs in.
func (k *kubeuser) gets(pattern string, signIn func(found string), flags ...string) (got execCredential, err error) {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(k.t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, tool(k.t, "bin/kubelogin"), slices.Concat(k.args, flags)...)
	cmd.Env = []string{"HOME=" + k.home, "PATH=" + os.Getenv("PATH")}
	talk, out := must[io.ReadCloser](k.t)(cmd.StderrPipe()), new(strings.Builder)
	cmd.Stdout = out
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	var said strings.Builder
	for lines := bufio.NewScanner(talk); lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if found := regexp.MustCompile(pattern).FindStringSubmatch(lines.Text()); found != nil {
			signIn(found[1])
		}
	}
	if err := cmd.Wait(); err != nil {
		k.t.Logf("kubelogin: %v\n%s", err, said.String())
		return got, err
	}
	err = json.Unmarshal([]byte(out.String()), &got)
	lab.seen.secret("ID token", got.Status.Token)
	return got, err
}

const kubeAddress = `visit the following URL in your browser: (\S+)`

// signsIn gets a token by a browser that this person signs in with.
func (k *kubeuser) signsIn(who person, flags ...string) execCredential {
	k.t.Helper()
	came := false
	got, err := k.gets(kubeAddress, func(address string) {
		came = true
		k.d.visitor(k.t).through(k.d, address, who)
	}, append(flags, "--skip-open-browser", "--listen-address", "127.0.0.1:0")...)
	if err != nil || !came {
		k.t.Fatalf("signed in %v: %v", came, err)
	}
	return got
}

// quietly gets a token without anybody: what is kept still does, or is refreshed.
func (k *kubeuser) quietly(flags ...string) execCredential {
	k.t.Helper()
	got, err := k.gets(kubeAddress, func(string) { k.t.Error("somebody is asked to sign in again") }, flags...)
	if err != nil {
		k.t.Fatal(err)
	}
	return got
}

// admits does what kube-apiserver does with the flags that are printed for it.
func (k *kubeuser) admits(got execCredential, who person, groups ...string) {
	k.t.Helper()
	ctx := oidc.ClientContext(k.t.Context(), httpClient())
	verifier := must[*oidc.Provider](k.t)(oidc.NewProvider(ctx, k.d.issuer)).Verifier(&oidc.Config{ClientID: k.id, SupportedSigningAlgs: []string{oidc.RS256}})
	token := must[*oidc.IDToken](k.t)(verifier.Verify(ctx, got.Status.Token))
	var claims struct {
		Email    string
		Verified bool `json:"email_verified"`
		Groups   []string
	}
	if err := token.Claims(&claims); err != nil {
		k.t.Fatal(err)
	}
	if token.Subject != who.id || claims.Email != who.email || !claims.Verified || !slices.Equal(claims.Groups, groups) {
		k.t.Errorf("%s %+v", token.Subject, claims)
	}
	// Before 1.31 kubelogin knows v1beta1 only; since then it answers with what kubectl asks for.
	if got.Kind != "ExecCredential" || got.APIVersion != "client.authentication.k8s.io/v1beta1" || !got.Status.ExpirationTimestamp.Equal(token.Expiry) {
		k.t.Errorf("%s %s until %s, not %s", got.Kind, got.APIVersion, got.Status.ExpirationTimestamp, token.Expiry)
	}
}

func TestKubeloginGetsTokensForKubectl(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		k, who := d.kubeuser(t), d.engineer(t)
		first := k.signsIn(who)
		k.admits(first, who, "engineering", "on-call")
		if again := k.quietly(); again.Status.Token != first.Status.Token {
			t.Error("what it keeps is not used")
		}
		d.command(t, "user", "groups", who.id, "--group", "moved")
		k.admits(k.quietly("--force-refresh"), who, "moved")
		k.admits(k.quietly("--force-refresh"), who, "moved") // by the refresh token that replaced the first
	})
}

func TestKubeloginAsksForPKCE(t *testing.T) {
	t.Parallel()
	d := onSQLite(t)
	k, who, v := d.kubeuser(t), d.person(t), d.visitor(t)
	_, _ = k.gets(kubeAddress, func(address string) {
		q := must[*url.URL](t)(url.Parse(v.get(address).location)).Query()
		if q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" || q.Get("client_id") != k.id {
			t.Errorf("%v", q)
		}
		v.through(d, address, who)
	}, "--skip-open-browser", "--listen-address", "127.0.0.1:0")
}

func TestKubeloginOfADisabledAccountGetsNothing(t *testing.T) {
	t.Parallel()
	d := onCluster(t)
	k, who := d.kubeuser(t), d.person(t)
	k.signsIn(who)
	d.command(t, "user", "disable", who.id)
	asked := false
	got, err := k.gets(kubeAddress, func(string) { asked = true }, "--force-refresh", "--skip-open-browser", "--listen-address", "127.0.0.1:0", "--authentication-timeout-sec", "1")
	if err == nil || !asked || got.Status.Token != "" {
		t.Errorf("asked to sign in %v: %+v %v", asked, got, err)
	}
}

func TestKubeloginOnAMachineWithoutABrowser(t *testing.T) {
	t.Parallel()
	d := onCluster(t)
	who, v := d.engineer(t), d.visitor(t)
	connect := func(address string) {
		p := v.follow(v.submit(v.get(address), "/device"))
		if p.has("/login/mail") {
			p = v.signIn(d, p, who)
		}
		if p = v.follow(v.submit(p, "/device/", "decision", "allow")); p.status != http.StatusOK {
			t.Errorf("%d %s", p.status, p.body)
		}
	}
	flags := []string{"--grant-type=device-code", "--skip-open-browser"}
	if _, err := d.kubeuser(t).gets(kubeAddress, connect, flags...); err == nil {
		t.Error("a client that may not connect devices does")
	}
	k := d.kubeuser(t, "--grant-type", "authorization_code", "--grant-type", "refresh_token", "--grant-type", deviceGrant)
	got, err := k.gets(kubeAddress, connect, flags...)
	if err != nil {
		t.Fatal(err)
	}
	k.admits(got, who, "engineering", "on-call")
	k.admits(k.quietly("--force-refresh"), who, "engineering", "on-call")
}
