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

// handlerTexts are the texts for people in the source of the packages that fill pages and mails, and
// the first place of each.
func handlerTexts(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, dir := range []string{"account", "consent", "login", "web", "provider", "templates"} {
		err := filepath.WalkDir(filepath.Join("..", dir), func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !read(name) {
				return err
			}
			return textsOf(name, found)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// read tells the files apart that hold names of products, what operators read, or what stands in for
// a person in tests.
func read(name string) bool {
	if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.Contains(name, "logintest") {
		return false
	}
	return !slices.Contains([]string{"maker.go", "browser.go", "metrics.go", "patterns.go", "document.go"}, filepath.Base(name)) &&
		!strings.Contains(filepath.Base(name), "specimens")
}

var textual = regexp.MustCompile(`^[A-Z][\p{L}’]*([ ,.?:][ ]?.*)?$`)

func textsOf(name string, found map[string]string) error {
	source, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, source, 0)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && technical(call) {
			return false
		}
		expr, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		text, whole := literal(expr)
		if whole && textual.MatchString(text) && found[text] == "" {
			found[text] = name
		}
		return !whole
	})
	return nil
}

// technical calls make errors and headers of their texts.
func technical(call *ast.CallExpr) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	return ok && slices.Contains([]string{"Errorf", "New", "Set", "Get", "Del", "Add"}, f.Sel.Name)
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

func TestDump(t *testing.T) {
	for s, f := range handlerTexts(t) {
		println(f, "|", s)
	}
}
