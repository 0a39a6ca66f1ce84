package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// codeIn are the ways in which our code names an error that somebody gets to see.
func codeIn() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile(`\brefusef?\("([a-z_]+)"`),
		regexp.MustCompile(`\bCode: "([a-z_]+)"(?:,|\})`),
		regexp.MustCompile(`\bError\{Status: [^}]*Name: "([a-z_]+)"`),
		regexp.MustCompile(`\bError\{http\.Status\w+, "([a-z_]+)"`),
		regexp.MustCompile(`\binvalid\w+ += "([a-z_]+)"`),
		regexp.MustCompile(`(?m)^\t+return "([a-z_]+)", "[A-Z]`), // web.texts: code, title, message
		regexp.MustCompile(`Refusal\(\) string \{[^}]*return "([a-z_]+)"`),
		regexp.MustCompile(`(?m)^\t"([a-z_]+)": +"[A-Z]`), // provider.descriptions
	}
}

// codes are all errors in the sources of these folders, and a file of each.
func codes(t *testing.T, folders ...string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join("..", "..", folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, pattern := range codeIn() {
				for _, match := range pattern.FindAllStringSubmatch(string(text), -1) {
					found[match[1]] = path
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// Every error page links to its code's heading.
func TestEveryErrorIsExplained(t *testing.T) {
	docs, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	found := codes(t, "provider", "registration", "web", "login", "consent", "account")
	if len(found) < 40 {
		t.Fatalf("only %d errors are found: %v", len(found), found)
	}
	for code, file := range found {
		if !strings.Contains(string(docs), "\n### "+code+"\n") {
			t.Errorf("docs/errors.md has no heading %q (%s)", code, file)
		}
	}
}
