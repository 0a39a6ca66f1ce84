package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/symbolon-id/symbolon"

// rule is what the code of one package may import: packages of ours, and the third-party libraries
// it is the home of (a prefix of the import path).
type rule struct {
	ours, libraries []string
	tests           bool // only tests import it
}

// architecture is docs/architecture.md as a table. "*" is everything of ours.
func architecture() map[string]rule {
	return map[string]rule{
		"cmd/symbolon": {ours: list("*"), libraries: list("github.com/spf13/cobra golang.org/x/term")},
		"server":       {ours: list("*")},
		"config":       {ours: list("audit clients details keys login login/passkey login/session mail outbound registration storage storage/durable storage/ephemeral templates web"), libraries: list("github.com/knadh/koanf github.com/spf13/pflag golang.org/x/net/idna")},
		"relyingparty": {libraries: list("github.com/coreos/go-oidc/v3 golang.org/x/oauth2")},
		"e2e":          {},
		"e2e/bench":    {libraries: list("github.com/emersion/go-smtp")},

		// Features: never each other, never a backend.
		"provider": {ours: feature("details keys login/session interaction " + rooms("oauth token clientauth grant authorize device introspection userinfo endsession metadata"))},

		// Its rooms, from the bottom up. Only grant knows fosite; only those with pages know sessions.
		"provider/userclaims":    {ours: list("storage")},
		"provider/oauth":         {ours: list("storage web keys i18n")},
		"provider/permitted":     {ours: list("storage details " + rooms("oauth userclaims"))},
		"provider/token":         {ours: list("clock storage keys " + rooms("oauth userclaims"))},
		"provider/clientauth":    {ours: list("clock storage audit keys web " + rooms("oauth"))},
		"provider/grant":         {ours: list("clock storage audit web details " + rooms("oauth permitted token clientauth")), libraries: list("github.com/ory/fosite")},
		"provider/authorize":     {ours: feature("details keys login/session interaction " + rooms("oauth permitted userclaims token clientauth grant"))},
		"provider/device":        {ours: feature("details login/session interaction " + rooms("oauth permitted clientauth grant"))},
		"provider/introspection": {ours: list("clock storage audit keys web details " + rooms("oauth permitted token clientauth"))},
		"provider/userinfo":      {ours: list("storage keys web " + rooms("oauth userclaims token clientauth"))},
		"provider/endsession":    {ours: feature("login/session " + rooms("oauth token clientauth"))},
		"provider/metadata":      {ours: list("storage keys " + rooms("oauth permitted userclaims"))},

		"login":             {ours: feature("login/session interaction")},
		"login/devuser":     {ours: feature("login interaction")},
		"login/magiclink":   {ours: feature("login interaction mail")},
		"login/passkey":     {ours: feature("login interaction"), libraries: list("github.com/go-webauthn/webauthn")},
		"login/totp":        {ours: feature("login interaction"), libraries: list("rsc.io/qr")},
		"login/recovery":    {ours: feature("login interaction mail")},
		"login/recoverlink": {ours: feature("login interaction")},
		"consent":           {ours: feature("login/session interaction")},
		"account":           {ours: feature("login/session interaction mail users")},
		"clients":           {ours: feature("keys")},
		"clients/apps":      {ours: list("storage")},
		"users":             {ours: feature("clients login/recoverlink mail")},
		"registration":      {ours: feature("clients keys outbound strictjson"), libraries: list("golang.org/x/sync")},
		"revocation":        {ours: list("audit")},
		"logout":            {ours: list("clock storage outbound outbox")},

		// Foundations.
		"login/session": {ours: list("clock storage web"), libraries: list("github.com/gorilla/sessions")},
		"details":       {ours: list("templates strictjson legible")},
		"interaction":   {ours: list("storage web i18n")},
		"keys":          {ours: list("audit clock storage strictjson"), libraries: list("github.com/go-jose/go-jose/v4 github.com/golang-fips/openssl/v2")},
		"mail":          {ours: list("clock storage outbox"), libraries: list("github.com/wneessen/go-mail")},
		"outbox":        {ours: list("storage")},
		"i18n":          {},
		"storage":       {},
		"audit":         {ours: list("clock")},
		"audit/ledger":  {ours: list("clock audit storage"), libraries: list("golang.org/x/mod")},
		"templates":     {ours: list("legible i18n"), libraries: list("github.com/nicksnyder/go-i18n/v2 golang.org/x/text")},
		"outbound":      {ours: list("clock")},
		"web":           {ours: list("clock i18n"), libraries: list("github.com/prometheus/client_golang go.opentelemetry.io/otel")},
		"migrations":    {},
		"clock":         {},
		"legible":       {libraries: list("golang.org/x/text/secure")},
		"strictjson":    {},

		// Backends: only cmd and storagetest.
		"storage/durable":   {ours: list("clock storage audit migrations"), libraries: list("github.com/jackc/pgx/v5 modernc.org/sqlite")},
		"storage/ephemeral": {ours: list("clock storage"), libraries: list("github.com/redis/go-redis/v9")},

		// What tests share.
		"storage/storagetest": {tests: true, ours: list("storage audit storage/durable storage/ephemeral"), libraries: list("github.com/jackc/pgx/v5 github.com/redis/go-redis/v9")},
		"login/logintest":     {tests: true, ours: list("*")},
	}
}

func list(words string) []string { return strings.Fields(words) }

// rooms names packages below provider.
func rooms(words string) string {
	return "provider/" + strings.Join(strings.Fields(words), " provider/")
}

func feature(more string) []string {
	return list("i18n storage audit web templates legible clock " + more)
}

// goPackage is what go list tells of a package.
type goPackage struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func (p goPackage) name() string { return strings.TrimPrefix(p.ImportPath, module+"/") }

// violations says which imports of a package the table does not allow.
func violations(p goPackage, table map[string]rule) []string {
	r, listed := table[p.name()]
	if !listed {
		return []string{p.name() + " is not in the table: say what it may import"}
	}
	var found []string
	for _, path := range p.Imports {
		if why := refusal(path, r, table); why != "" {
			found = append(found, fmt.Sprintf("%s imports %s: %s", p.name(), path, why))
		}
	}
	return found
}

func refusal(path string, r rule, table map[string]rule) string {
	name, ours := strings.CutPrefix(path, module+"/")
	switch {
	case ours && table[name].tests && !r.tests:
		return "only tests may"
	case ours && !slices.Contains(r.ours, name) && !slices.Contains(r.ours, "*"):
		return "not allowed by the table"
	case !ours && isThirdParty(path) && !slices.ContainsFunc(r.libraries, func(lib string) bool { return within(path, lib) }):
		return "this is not the library's home"
	}
	return ""
}

func isThirdParty(path string) bool {
	host, _, _ := strings.Cut(path, "/")
	return strings.Contains(host, ".")
}

func within(path, library string) bool {
	return path == library || strings.HasPrefix(path, library+"/")
}

func TestForbiddenImportsAreFound(t *testing.T) {
	ours := func(name string) string { return module + "/" + name }
	for claim, p := range map[string]goPackage{
		"a package that is not listed":     {ImportPath: ours("util")},
		"a feature using a feature":        {ImportPath: ours("provider"), Imports: list(ours("consent"))},
		"a feature using a backend":        {ImportPath: ours("login"), Imports: list(ours("storage/durable"))},
		"a foundation using a feature":     {ImportPath: ours("web"), Imports: list(ours("login"))},
		"a library outside its home":       {ImportPath: ours("login"), Imports: list("github.com/ory/fosite")},
		"a package below such a library":   {ImportPath: ours("web"), Imports: list("github.com/redis/go-redis/v9/logging")},
		"a library that nobody has chosen": {ImportPath: ours("provider"), Imports: list("github.com/stretchr/testify/assert")},
		"code using what tests share":      {ImportPath: ours("cmd/symbolon"), Imports: list(ours("storage/storagetest"))},
		"anybody using the command":        {ImportPath: ours("account"), Imports: list(ours("cmd/symbolon"))},
	} {
		if len(violations(p, architecture())) != 1 {
			t.Errorf("%s passes", claim)
		}
	}
}

func TestEveryPackageImportsOnlyWhatTheArchitectureAllows(t *testing.T) {
	for _, p := range allPackages(t) {
		for _, v := range violations(p, architecture()) {
			t.Error(v)
		}
	}
}

// The end-to-end tests must not know how the server is built: they speak HTTP to the binary.
func TestEndToEndTestsImportNothingOfOurs(t *testing.T) {
	for _, p := range allPackages(t) {
		if p.name() != "e2e" {
			continue
		}
		for _, path := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if strings.HasPrefix(path, module) {
				t.Errorf("e2e imports %s", path)
			}
		}
	}
}

func TestEachLibraryHasOneHome(t *testing.T) {
	home := map[string]string{}
	for name, r := range architecture() {
		for _, library := range r.libraries {
			if other, twice := home[library]; twice && !r.tests {
				t.Errorf("%s is at home in %s and %s", library, other, name)
			}
			if !r.tests {
				home[library] = name
			}
		}
	}
}

func allPackages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports", module+"/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []goPackage
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p goPackage
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 10 {
		t.Fatalf("go list sees only %d packages", len(all))
	}
	return all
}
