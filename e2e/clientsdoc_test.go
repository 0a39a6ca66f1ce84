package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A page of docs/clients shows what the tests run: a block says before it which file or region it is,
//
//	<!-- from: e2e/clients/authlib/app.py [settings] -->
//
// and a region of a file lies between lines that hold "docs:begin settings" and "docs:end settings".
// Or which command prints it:
//
//	<!-- from: symbolon client create --app oauth2-proxy --url https://app.example -->
//
// SYMBOLON_WRITE_DOCS=1 writes the blocks anew.
var (
	shownBlock = regexp.MustCompile("(?ms)^<!-- from: (\\S+)(?: client create --app ([^\n]*?))?(?: \\[([\\w.-]+)\\])? -->\n+```(\\w*)\n(.*?)^```$")
	regionMark = regexp.MustCompile(`docs:(begin|end) ([\w.-]+)`)
)

func TestClientPagesShowWhatTheTestsRun(t *testing.T) {
	t.Parallel()
	pages := must[[]string](t)(filepath.Glob("../docs/clients/*.md"))
	blocks := 0
	for _, page := range pages {
		text := string(must[[]byte](t)(os.ReadFile(page)))
		renewed := shownBlock.ReplaceAllStringFunc(text, func(block string) string {
			part := shownBlock.FindStringSubmatch(block)
			blocks++
			var want string
			if part[1] == "symbolon" {
				want = printed(t, strings.Fields(part[2]))
			} else {
				want = shownPart(t, part[1], part[3])
			}
			if want != part[5] {
				t.Errorf("%s: the block is not what stands in %s %s; SYMBOLON_WRITE_DOCS=1 go test -run %s ./e2e writes it:\n%s", page, part[1], part[2]+part[3], t.Name(), want)
			}
			head, _, _ := strings.Cut(block, "\n```")
			return head + "\n```" + part[4] + "\n" + want + "```"
		})
		if os.Getenv("SYMBOLON_WRITE_DOCS") != "" && renewed != text {
			if err := os.WriteFile(page, []byte(renewed), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got := strings.Count(text, "<!-- from:"); got != len(shownBlock.FindAllString(text, -1)) {
			t.Errorf("%s: a <!-- from: --> has no block that can be read", page)
		}
	}
	if blocks < 5 {
		t.Errorf("only %d blocks on %d pages", blocks, len(pages))
	}
}

var madeUp = regexp.MustCompile(`(c_)[A-Z2-7]{26}|(symbolon_cs_)\w+|\b[0-9a-f]{32}\b`)

// printed is the configuration of an application, with what is made up for each client left out.
func printed(t *testing.T, app []string) string {
	t.Helper()
	_, text := onSQLite(t).configured(t, app[0], append(app[1:], "--issuer", "https://login.example")...)
	return madeUp.ReplaceAllString(text, "$1$2…")
}

// shownPart is a file, or one region of it, without the lines that mark regions and without the
// indent that all its lines share.
func shownPart(t *testing.T, path, region string) string {
	t.Helper()
	var lines []string
	inside := region == ""
	for line := range strings.Lines(string(must[[]byte](t)(os.ReadFile(filepath.Join("..", path))))) {
		mark := regionMark.FindStringSubmatch(line)
		switch {
		case mark == nil && inside:
			lines = append(lines, line)
		case mark != nil && mark[2] == region:
			inside = mark[1] == "begin"
		}
	}
	if len(lines) == 0 {
		t.Errorf("%s has no region %q", path, region)
	}
	return unindented(lines)
}

func unindented(lines []string) string {
	shared := -1
	for _, line := range lines {
		if text := strings.TrimLeft(line, " \t"); text != "\n" && (shared < 0 || len(line)-len(text) < shared) {
			shared = len(line) - len(text)
		}
	}
	var out strings.Builder
	for _, line := range lines {
		out.WriteString(line[min(max(shared, 0), len(line)-1):])
	}
	return out.String()
}

// Whoever follows a link from one page to another must arrive.
func TestLinksOfClientPagesLeadSomewhere(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	for _, page := range must[[]string](t)(filepath.Glob("../docs/clients/*.md")) {
		for _, match := range link.FindAllStringSubmatch(string(must[[]byte](t)(os.ReadFile(page))), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), match[1])); err != nil {
				t.Error(fmt.Errorf("%s: %w", page, err))
			}
		}
	}
}
