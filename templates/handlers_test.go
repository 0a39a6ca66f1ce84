package templates

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// What is said to people is of the type i18n.Text wherever it is said, so the compiler knows every message:
// these are its constants in the whole program. What people typed is a string and cannot become one.
const ours = "github.com/symbolon-id/symbolon"

// texts are the types of what is said: Text, and errors that are one.
var texts = []string{ours + "/i18n.Text", ours + "/login.Wrong", ours + "/users.Invalid"}

// messages returns the messages that the code of the program says.
var messages = sync.OnceValues(func() ([]string, error) {
	list, err := packages()
	if err != nil {
		return nil, err
	}
	exports := map[string]string{}
	for _, p := range list {
		exports[p.ImportPath] = p.Export
	}
	fset := token.NewFileSet()
	from := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	var said []string
	for _, p := range list {
		if !strings.HasPrefix(p.ImportPath, ours+"/") || p.ImportPath == ours+"/i18n" {
			continue
		}
		found, err := p.texts(fset, from)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.ImportPath, err)
		}
		said = append(said, found...)
	}
	slices.Sort(said)
	return slices.Compact(said), nil
})

// goPackage is what go list says of one.
type goPackage struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
}

// packages returns those of the program, with what they export.
func packages() (list []goPackage, err error) {
	out, err := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles", ours+"/cmd/symbolon").Output()
	if err != nil {
		return nil, err
	}
	for in := json.NewDecoder(bytes.NewReader(out)); in.More(); {
		var p goPackage
		if err := in.Decode(&p); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// texts returns the constants of the type in the package.
func (p goPackage) texts(fset *token.FileSet, from types.Importer) (said []string, err error) {
	var files []*ast.File
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	if _, err := (&types.Config{Importer: from}).Check(p.ImportPath, fset, files, info); err != nil {
		return nil, err
	}
	for _, of := range info.Types {
		if of.Value != nil && slices.Contains(texts, of.Type.String()) && constant.StringVal(of.Value) != "" {
			said = append(said, constant.StringVal(of.Value))
		}
	}
	return said, nil
}

func sayings(t *testing.T) []string {
	t.Helper()
	said, err := messages()
	if err != nil {
		t.Fatal(err)
	}
	return said
}

// A test that finds nothing would pass whatever people are shown.
func TestMessagesOfTheProgramAreFound(t *testing.T) {
	said := sayings(t)
	for _, text := range []string{
		"This sign-in is already finished. Go back to the app and start again.",
		"That code is not valid or has expired. Check your device and try again.",
		"Passkey added.", "Signed in with {way}.", "{app} will lose access.",
	} {
		if !slices.Contains(said, text) {
			t.Errorf("%q is not found", text)
		}
	}
}

// composed are texts that no constant says: what login.BrowserName knows, and dates.
func composed() []string {
	return []string{
		"Unknown browser", "A browser",
		dayLayout, momentLayout,
		"January", "February", "March", "April", "May", "June",
		"July", "August", "September", "October", "November", "December",
	}
}
