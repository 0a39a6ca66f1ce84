package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A type with many methods is one that everything ends up in: what one of them needs, all of them hold.
// The database is the exception: it is many small interfaces to its callers.
func TestNoTypeIsTooWide(t *testing.T) {
	for _, dir := range folders(t) {
		most := 30
		if strings.HasPrefix(dir, "provider") {
			most = 20
		}
		for receiver, n := range methodsIn(t, filepath.Join("..", "..", dir)) {
			if n > most && dir+"."+receiver != "storage/durable.DB" {
				t.Errorf("%s: %s has %d methods, more than %d", dir, receiver, n, most)
			}
		}
	}
}

// A package of many files is one that a newcomer cannot take in. The database has a file for each noun, and
// the commands one for each (decision 0026).
func TestNoPackageIsTooLarge(t *testing.T) {
	const mostFiles, mostLines = 25, 3000
	for _, dir := range folders(t) {
		files, lines := 0, 0
		for _, name := range sources(t, filepath.Join("..", "..", dir)) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files, lines = files+1, lines+bytes.Count(text, []byte("\n"))
		}
		if (files > mostFiles || lines > mostLines) && dir != "storage/durable" && dir != "cmd/symbolon" {
			t.Errorf("%s has %d files and %d lines, more than %d or %d", dir, files, lines, mostFiles, mostLines)
		}
	}
}

// folders are those of the packages in the table of imports.
func folders(t *testing.T) []string {
	t.Helper()
	all := slices.Sorted(maps.Keys(architecture()))
	for _, dir := range all {
		if len(sources(t, filepath.Join("..", "..", dir))) == 0 {
			t.Errorf("%s: no files are found", dir)
		}
	}
	return all
}

// sources are the files of a package, without its tests.
func sources(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(names, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
}

// methodsIn counts the methods of each type of a package, without its tests.
func methodsIn(t *testing.T, dir string) map[string]int {
	t.Helper()
	methods := map[string]int{}
	for _, name := range sources(t, dir) {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil {
				methods[receiverOf(f)]++
			}
		}
	}
	return methods
}

func receiverOf(f *ast.FuncDecl) string {
	of := f.Recv.List[0].Type
	if pointer, ok := of.(*ast.StarExpr); ok {
		of = pointer.X
	}
	if generic, ok := of.(*ast.IndexExpr); ok {
		of = generic.X
	}
	return of.(*ast.Ident).Name
}
