package account_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/login"
)

// Icons are chosen by title: a section that is renamed would silently get the icon of the unknown, an envelope.
func TestEverySectionHasAnIconOfItsOwn(t *testing.T) {
	d := deploySQLite(t)
	page := d.signedIn(t, d.ada, login.Mailbox).get("/account").Body
	envelope := regexp.MustCompile(`<path d="([^"]+)"/></svg></span>\s*<div>\s*<h3>Email address`).FindStringSubmatch(page)
	if envelope == nil {
		t.Fatal(page)
	}
	_, nav, _ := strings.Cut(page, "<nav")
	seen := map[string]string{envelope[1]: "an email"}
	for _, link := range regexp.MustCompile(`<path d="([^"]+)"/></svg>([^<]+)</a>`).FindAllStringSubmatch(nav, -1) {
		if other := seen[link[1]]; other != "" {
			t.Errorf("%s has the icon of %s", link[2], other)
		}
		seen[link[1]] = link[2]
	}
	if len(seen) < 8 {
		t.Errorf("icons of %v in %s", seen, nav)
	}
}
