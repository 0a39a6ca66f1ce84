package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// A type with many methods is one that everything ends up in: what one of them needs, all of them hold.
func TestNoTypeIsTooWide(t *testing.T) {
	for dir, most := range map[string]int{"account": 20, "consent": 20, "users": 20, "provider": 20, "login": 20, "login/passkey": 20, "login/magiclink": 20, "login/session": 20, "interaction": 20, "audit": 20, "audit/ledger": 20,
		"web": 30, "outbound": 20, "outbox": 20, "mail": 20, "keys": 30, "logout": 20, "details": 20, "storage": 20, "storage/ephemeral": 20, "relyingparty": 20,
		"clients": 20, "clients/apps": 20, "registration": 30} {
		methods := methodsIn(t, filepath.Join("..", "..", dir))
		if len(methods) == 0 {
			t.Errorf("%s: no methods are found", dir)
		}
		for receiver, n := range methods {
			if n > most {
				t.Errorf("%s: %s has %d methods, more than %d", dir, receiver, n, most)
			}
		}
	}
}

// methodsIn counts the methods of each type of a package, without its tests.
func methodsIn(t *testing.T, dir string) map[string]int {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	methods := map[string]int{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
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
