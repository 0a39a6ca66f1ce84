//go:build openssl

package keys

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The library reads its configuration once in a process, so each of these has a process of its own: this
// test program, which runs TestHere alone.
func inProcess(t *testing.T, env string) (out string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestHere$", "-test.v")
	cmd.Env = append(os.Environ(), "SYMBOLON_TEST_ENGINE=1", env)
	text, _ := cmd.CombinedOutput()
	return string(text)
}

func TestHere(t *testing.T) {
	name, missing := Engine()
	t.Logf("engine %s, missing: %v", name, missing)
	if os.Getenv("SYMBOLON_TEST_ENGINE") == "" && (missing != nil || !strings.HasPrefix(name, "OpenSSL 3")) {
		t.Fatal("the tests of this build need OpenSSL 3")
	}
	k := newRSA(t, RS256)
	if _, err := k.sign("JWT", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	t.Logf("signed by %T", k.signer)
}

func TestWithoutTheLibraryGoSigns(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, libcrypto), nil, 0o600); err != nil { // found first, and no library
		t.Fatal(err)
	}
	out := inProcess(t, "LD_LIBRARY_PATH="+dir)
	for _, want := range []string{"engine go, missing: " + libcrypto + " cannot be opened", "signed by *rsa.PrivateKey", "PASS"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// A deployment that allows nothing but FIPS 140 gets an error where its OpenSSL has no module for that,
// not a signature made by other means.
func TestRestrictedOpenSSLIsNotGotAround(t *testing.T) {
	conf := filepath.Join(t.TempDir(), "openssl.cnf")
	text := "openssl_conf = init\n[init]\nalg_section = algorithms\nproviders = providers\n" +
		"[algorithms]\ndefault_properties = fips=yes\n[providers]\nbase = base\n[base]\nactivate = 1\n"
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out := inProcess(t, "OPENSSL_CONF="+conf)
	if strings.Contains(out, "signed by") || !strings.Contains(out, "OpenSSL") || !strings.Contains(out, "FAIL") {
		t.Errorf("a key was not refused:\n%s", out)
	}
}
