package main

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What is linked is part of what an operator trusts, so it is written down: a new module, ours or one that
// comes along, is a decision. The build with OpenSSL links all that the static one does.
func TestDecisionNamesEveryModuleOfTheBinary(t *testing.T) {
	text, err := os.ReadFile("../../docs/decisions/0007-dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(string(text), -1) {
		told = append(told, row[1])
	}
	linked := linkedModules(t)
	for _, m := range linked {
		if !slices.Contains(told, m) && !partOf(m, told) {
			t.Errorf("the binary links %s, of which the decision does not speak", m)
		}
	}
	for _, m := range told {
		if !slices.Contains(linked, m) {
			t.Errorf("the decision names %s, which the binary does not link", m)
		}
	}
}

// partOf tells whether m is a module inside the repository of a library that is named.
func partOf(m string, told []string) bool {
	return slices.ContainsFunc(told, func(library string) bool {
		return strings.HasPrefix(m, regexp.MustCompile(`/v\d+$`).ReplaceAllString(library, "")+"/")
	})
}

func linkedModules(t *testing.T) []string {
	t.Helper()
	list := exec.Command("go", "list", "-tags", "openssl", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", ".")
	list.Env = append(os.Environ(), "CGO_ENABLED=1")
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	modules := strings.Fields(string(out))
	slices.Sort(modules)
	modules = slices.Compact(modules)
	modules = slices.DeleteFunc(modules, func(m string) bool { return m == module })
	if len(modules) < 10 {
		t.Fatalf("the binary links only %v", modules)
	}
	return modules
}
