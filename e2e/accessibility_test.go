package e2e

import (
	"compress/gzip"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axe is axe.min.js of the package axe-core 4.10.3 of the npm registry (MPL 2.0), unchanged.
//
//go:embed testdata/axe-core-4.10.3.min.js.gz
var axe string

const (
	allRules = `["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]`
	colours  = `{type: "rule", values: ["color-contrast", "link-in-text-block"]}`
)

// rules are those that a look can break which the one before it kept.
func (l look) rules() string {
	switch l.name {
	case "light-1280", "light-320":
		return allRules
	}
	return colours
}

const runAxe = `axe.run(document, {runOnly: %s})
	.then(r => JSON.stringify(r.violations.map(v => v.id + ": " + v.help + " " + v.nodes.map(n => n.html).join(" "))))`

// findings runs axe in the page, outside of its security policy.
func (b *tab) findings(script, rules string) []string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	// In a world of its own: the page neither sees axe nor keeps it from working.
	answer, err := chromedp.Run(ctx, func(ctx context.Context, t *chromedp.Target) (string, error) {
		if loaded, err := chromedp.Evaluate[string]("typeof axe")(ctx, t); err != nil || loaded == "undefined" {
			load, err := cdp.Call(ctx, t, runtime.Evaluate, runtime.EvaluateParams{Expression: script + "; 0"})
			if err != nil || load.ExceptionDetails != nil {
				b.t.Fatalf("axe does not load: %v %+v", err, load.ExceptionDetails)
			}
		}
		return chromedp.Evaluate[string](fmt.Sprintf(runAxe, rules), chromedp.EvalAwaitPromise)(ctx, t)
	})
	if err != nil {
		b.t.Fatalf("axe at %s: %v", b.at(), err)
	}
	var found []string
	if err := json.Unmarshal([]byte(answer), &found); err != nil {
		b.t.Fatal(err)
	}
	return found
}

func TestEveryPageIsAccessible(t *testing.T) {
	t.Parallel()
	packed := must[*gzip.Reader](t)(gzip.NewReader(strings.NewReader(axe)))
	script := string(must[[]byte](t)(io.ReadAll(packed)))
	var pages atomic.Int32
	walk(t, func(b *tab, name string) {
		pages.Add(1)
		for _, l := range looks() {
			if l.name == "dark-320" { // the words of light-320 in the colours of dark-1280
				continue
			}
			b.wear(l)
			for _, finding := range b.findings(script, l.rules()) {
				b.t.Errorf("%s, %s: %s", name, l.name, finding)
			}
			if wide := b.ask(`String(document.documentElement.scrollWidth - innerWidth)`); wide != "0" && !strings.HasPrefix(wide, "-") {
				b.t.Errorf("%s, %s: %s px wider than the window", name, l.name, wide)
			}
		}
		b.wear(looks()[0])
		b.picture(looks()[0], math.MaxInt)
		b.keepsItsBudget(name)
	})
	if pages.Load() < 60 {
		t.Errorf("only %d pages were looked at", pages.Load())
	}
}

// weighed is what the page and all that it needs are, as they were sent: whether or not this browser
// had some of it already. The headers of each are counted as 300 bytes; the icon comes on top, where
// it is no resource to the page.
const weighed = `(() => {
	const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
	const more = all.some(e => e.name.includes("/icon")) ? 0 : 1, head = 300;
	return [all.length + more, all.reduce((sum, e) => sum + e.encodedBodySize + head, more * 600)].join(" ");
})()`

// keepsItsBudget: five requests and 15 KB, 20 KB for a page of the account, which is not compressed because
// it may hold secrets. What symbolon dev shows to developers has none.
func (b *tab) keepsItsBudget(name string) {
	b.t.Helper()
	if strings.HasPrefix(name, "dev-") {
		return
	}
	var requests, bytes int
	if _, err := fmt.Sscan(b.ask(weighed), &requests, &bytes); err != nil {
		b.t.Fatal(err)
	}
	most := 15 << 10
	if strings.HasPrefix(name, "account-") {
		most = 20 << 10
	}
	if requests < 3 || requests > 5 || bytes > most || bytes < 3000 {
		b.t.Errorf("%s: %d requests, %d bytes", name, requests, bytes)
	}
}

func TestColdSignInPageKeepsItsBudget(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		b := newTab(t)
		a := d.app(t)
		b.open(a.begin().url).see("Sign in to Weather app")
		time.Sleep(300 * time.Millisecond) // the icon comes last
		requests, bytes := b.traffic()
		if len(requests) > 5 || len(requests) < 2 || bytes > 15<<10 || bytes == 0 {
			t.Errorf("%d requests, %.0f bytes: %v", len(requests), bytes, requests)
		}
		for _, address := range requests {
			if !strings.HasPrefix(address, d.issuer) {
				t.Errorf("the page loads %s", address)
			}
		}
	})
}
