package templates

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// spoken is what the source of a package says to people: whole texts, and fragments that are put
// together with names and numbers.
type spoken struct{ texts, fragments []string }

// handlers reads the packages that fill pages and mails. What provider says is for programs, but for
// what shownByProvider finds.
func handlers(t *testing.T) spoken {
	t.Helper()
	said := spoken{}
	for _, dir := range []string{"../account", "../consent", "../interaction", "../login", "."} {
		err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !speaks(name) {
				return err
			}
			return said.read(name)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"web/error.go", "web/body.go", "web/guard.go", "cmd/symbolon/errorpage.go", "users/fieldcheck.go"} {
		if err := said.read("../" + name); err != nil {
			t.Fatal(err)
		}
	}
	return said
}

// speaks leaves out tests, specimens, names of products and what is nobody's text.
func speaks(name string) bool {
	base := filepath.Base(name)
	if !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go") || strings.Contains(name, "logintest") {
		return false
	}
	silent := []string{"maker.go", "policy.go", "browser.go", "wellknown.go", "area.go", "patterns.go", "locale.go", "brand.go", "assets.go", "static.go", "page_device.go", "funcs.go", "templates.go", "qr.go"}
	return !slices.Contains(silent, base) && !strings.HasPrefix(base, "specimens")
}

func (s *spoken) read(name string) error {
	source, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, source, 0)
	if err != nil {
		return err
	}
	parts := map[ast.Expr]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.CallExpr:
			return !technical(n)
		case *ast.BinaryExpr:
			text, whole := literal(n)
			if whole {
				s.add(text)
				return false
			}
			for _, part := range []ast.Expr{n.X, n.Y} {
				parts[part] = true
				s.split(part)
			}
		case *ast.BasicLit:
			if text, ok := literal(n); ok && !parts[n] {
				s.add(text)
			}
		}
		return true
	})
	return nil
}

var (
	sentence = regexp.MustCompile(`^[A-Z][\p{L}’]*([ ,.?:] ?.*)?$`)
	verb     = regexp.MustCompile(`%[sdq]`)
	numeral  = regexp.MustCompile(`^(?i:` + strings.ReplaceAll(numbers, " ", "|") + `)$`)
)

func (s *spoken) add(text string) {
	if strings.ContainsAny(text, "/=") {
		return
	}
	if verb.MatchString(text) && strings.Contains(text, " ") {
		s.fragments = append(s.fragments, verb.Split(text, -1)...)
		return
	}
	if sentence.MatchString(text) && !numeral.MatchString(text) && !strings.HasSuffix(text, " ") {
		s.texts = append(s.texts, text)
	}
}

// split takes a part of a sum as a fragment.
func (s *spoken) split(e ast.Expr) {
	if text, ok := literal(e); ok && strings.Contains(text, " ") && !strings.ContainsAny(text, "/=") && text != strings.ToUpper(text) {
		s.fragments = append(s.fragments, text)
	}
}

// technical calls make errors, headers and patterns of their texts.
func technical(call *ast.CallExpr) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	return ok && slices.Contains([]string{"Errorf", "New", "Set", "Get", "Del", "Format"}, f.Sel.Name)
}

// literal is a text written in one piece or in several with + between them.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		left, l := literal(e.X)
		right, r := literal(e.Y)
		return left + right, l && r && e.Op == token.ADD
	}
	return "", false
}

// A sentence with a name in it that no pattern knows would be shown in English.
func TestEveryFragmentIsPartOfAPattern(t *testing.T) {
	known := strings.Join(slices.Concat(composed(), sentences(), ways(), counted(t)), "\n")
	for _, fragment := range handlers(t).fragments {
		if strings.TrimSpace(fragment) != "" && !strings.Contains(known, strings.TrimRight(fragment, " ")) {
			t.Errorf("%q is part of no pattern; see patterns.go", fragment)
		}
	}
}

// shownByProvider is what of provider's words is shown to people: what RefuseUser and WithMessage are called with,
// the titles and messages of the error page, what is put into a page of ours or asked along with a code.
// Everything else it says is for programs.
func shownByProvider(t *testing.T) []string {
	t.Helper()
	names, err := providerFiles()
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	said := spoken{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if shown := forPeople(n); shown != nil {
				ast.Inspect(shown, said.whole)
			}
			return true
		})
	}
	return said.texts
}

// providerFiles are the sources of provider and its rooms.
func providerFiles() ([]string, error) {
	top, err := filepath.Glob("../provider/*.go")
	if err != nil {
		return nil, err
	}
	rooms, err := filepath.Glob("../provider/*/*.go")
	return append(top, rooms...), err
}

// forPeople returns the part of n whose texts people see.
func forPeople(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.FuncDecl:
		if n.Recv == nil && (n.Name.Name == "title" || n.Name.Name == "message") {
			return n.Body
		}
	case *ast.CallExpr:
		name := ""
		switch f := n.Fun.(type) {
		case *ast.Ident:
			name = f.Name
		case *ast.SelectorExpr:
			name = f.Sel.Name
		}
		if name == "RefuseUser" || name == "WithMessage" || name == "askUserCode" {
			return n.Args[len(n.Args)-1]
		}
	case *ast.CompositeLit:
		if of, ok := n.Type.(*ast.SelectorExpr); ok {
			if from, ok := of.X.(*ast.Ident); ok && from.Name == "templates" {
				return n
			}
		}
	}
	return nil
}

// whole takes every text of a node that is a sentence.
func (s *spoken) whole(n ast.Node) bool {
	e, isExpr := n.(ast.Expr)
	if !isExpr {
		return true
	}
	if text, ok := literal(e); ok {
		s.add(text)
		return false
	}
	return true
}

// A test that finds nothing would pass whatever people are shown.
func TestWordsOfProviderAreFound(t *testing.T) {
	said := shownByProvider(t)
	for _, text := range []string{
		"This sign-in is already finished. Go back to the app and start again.",   // turnAway
		"Too many codes were tried from your network. Wait a few minutes.",        // saying
		"That code is not valid or has expired. Check your device and try again.", // askUserCode
		"We could not complete this request",                                      // title
		"The problem is on our side. Try again in a moment.",                      // message
	} {
		if !slices.Contains(said, text) {
			t.Errorf("%q is not found", text)
		}
	}
}

// composed are sentences that handlers put together, as they are without a name.
func composed() []string {
	return []string{
		"The app wants you to confirm it’s you.",
		"The app wants a different account from the one you’re using.",
		"The app wants a stronger sign-in. Use another way.",
		"Signed in.",
		"Someone tried to sign in.",
		"Gave an app access to your account.",
		"Removed access for an app.",
		"Denied an app access to your account.",
		"A one-time credential for an app was used twice, so we removed its access.",
		"an email", "a passkey", "an authenticator app", "the authenticator app", "a recovery code",
		"a new set of recovery codes", "a link from an administrator", "a click", "a sign-in method",
		"Unknown browser", "A browser", "{browser} on {system}",
		dayLayout, momentLayout,
		"January", "February", "March", "April", "May", "June",
		"July", "August", "September", "October", "November", "December",
	}
}
