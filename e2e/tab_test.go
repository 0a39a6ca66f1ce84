package e2e

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	chromepage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// tab is a tab of Chromium. Whatever its console or its security policy complains of fails the test.
type tab struct {
	t   testing.TB
	ctx context.Context

	mu         sync.Mutex
	complaints []string
	requests   []string
	bytes      float64
	script     bool
}

// newTab opens a browser of its own with one tab. It was offered a passkey before, and is not again
// within the month.
func newTab(t testing.TB) *tab {
	t.Helper()
	b := tabIn(t, newBrowser(t))
	tell(b, network.SetCookie, network.SetCookieParams{Name: "symbolon_offer", Value: "1", URL: "http://localhost/"})
	return b
}

// another opens one more tab of the same browser.
func (b *tab) another() *tab {
	b.t.Helper()
	ctx, close := chromedp.NewContext(b.ctx)
	b.t.Cleanup(close)
	return tabIn(b.t, ctx)
}

func tabIn(t testing.TB, ctx context.Context) *tab {
	t.Helper()
	b := &tab{t: t, ctx: ctx, script: true}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	tell(b, network.Enable, network.EnableParams{})
	tell(b, log.Enable, cdp.Empty{})
	tell(b, runtime.Enable, cdp.Empty{})
	tell(b, audits.Enable, cdp.Empty{})
	tell(b, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"X-Forwarded-For": newNetwork()}})
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, c := range b.complaints {
			t.Error("Chromium complains:", c)
		}
	})
	return b
}

// withoutScript turns JavaScript off, as some people do.
func (b *tab) withoutScript() *tab {
	b.t.Helper()
	b.script = false
	tell(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	return b
}

func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	case *network.EventLoadingFinished:
		b.bytes += e.EncodedDataLength
	case *runtime.EventConsoleAPICalled:
		b.complaints = append(b.complaints, fmt.Sprintf("console.%s %v", e.Type, e.Args))
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, fmt.Sprintf("%+v", *e.ExceptionDetails))
	case *log.EventEntryAdded:
		if !refusedPage(e.Entry) && !typedEarly(e.Entry) {
			b.complaints = append(b.complaints, fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	case *audits.EventIssueAdded:
		if e.Issue.Code == audits.InspectorIssueCodeContentSecurityPolicyIssue {
			b.complaints = append(b.complaints, fmt.Sprintf("content security policy: %+v", *e.Issue.Details.ContentSecurityPolicyIssueDetails))
		}
	}
}

// refusedPage tells that the entry only repeats that a page of ours was a refusal, such as 400.
func refusedPage(e *log.Entry) bool {
	return e.Source == log.EntrySourceNetwork && strings.Contains(e.Text, "responded with a status of 4") && !strings.Contains(e.URL, "/static/")
}

// typedEarly tells that the entry only says that a test was in a field before the page had focused it.
func typedEarly(e *log.Entry) bool {
	return e.Source == log.EntrySourceRendering && strings.Contains(e.Text, "Autofocus processing was blocked because a document already has a focused element")
}

// tell sends Chromium a command and returns its answer.
func tell[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	return must[R](b.t)(chromedp.Call(ctx, command, params))
}

func (b *tab) run(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// open goes to an address and does not wait for what it leads to.
func (b *tab) open(address string) *tab {
	b.t.Helper()
	tell(b, chromepage.Navigate, chromepage.NavigateParams{URL: address})
	return b
}

// ask evaluates an expression in the page. Between two pages there is none to ask: that is "".
func (b *tab) ask(expression string) string {
	ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancel()
	answer, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		return ""
	}
	return answer
}

// see waits for a page whose heading is this.
func (b *tab) see(heading string) *tab {
	b.t.Helper()
	b.until(heading, func() bool {
		return strings.Contains(b.ask(`document.readyState === "complete" ? (document.querySelector("h1")?.innerText ?? "") : ""`), heading)
	})
	return b
}

// seeAccount waits for the page where somebody lands who came without an app.
func (b *tab) seeAccount(email string) *tab {
	b.t.Helper()
	b.until("the account of the one who signed in", func() bool {
		return strings.HasPrefix(b.at().Path, "/account") && strings.Contains(b.text(), email)
	})
	return b
}

func (b *tab) until(what string, holds func() bool) {
	b.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if holds() {
			return
		}
	}
	b.t.Fatalf("not seen: %s. The tab is at %s and shows:\n%s\n%v", what, b.at(), b.text(), b.complaints)
}

func (b *tab) text() string { return b.ask(`document.body?.innerText ?? ""`) }

func (b *tab) at() *url.URL {
	u, err := url.Parse(b.ask("location.href"))
	if err != nil {
		return &url.URL{}
	}
	return u
}

// fill types into a field, as a person does.
func (b *tab) fill(name, text string) *tab {
	b.t.Helper()
	return b.fillIn(fmt.Sprintf(`input[name=%q]`, name), text)
}

// fillIn types into the field that a CSS selector finds.
func (b *tab) fillIn(selector, text string) *tab {
	b.t.Helper()
	field := chromedp.CSS(selector)
	b.run(chromedp.WaitVisible(field), chromedp.Clear(field), chromedp.SendKeys(field, text))
	return b
}

// press clicks the button or link with this text, or unfolds what is under it.
func (b *tab) press(label string) *tab {
	b.t.Helper()
	b.run(chromedp.Click(fmt.Sprintf(`//button[contains(normalize-space(.), %[1]q)] | //a[contains(normalize-space(.), %[1]q)] | //summary[contains(normalize-space(.), %[1]q)]`, label)))
	return b
}

// clickIn clicks what has this text within the section that has this name.
func clickIn(section, label string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(fmt.Sprintf(`//section[@aria-labelledby=%q]//*[self::button or self::summary][contains(normalize-space(.), %q)]`, section, label))
}

// reload is the key F5, with the question whether to send a form again answered by yes.
func (b *tab) reload() *tab {
	b.t.Helper()
	tell(b, chromepage.Reload, chromepage.ReloadParams{})
	return b
}

func (b *tab) back() *tab {
	b.t.Helper()
	b.ask("String(history.back())")
	return b
}

// forgetCookies is what "clear site data" does.
func (b *tab) forgetCookies() *tab {
	b.t.Helper()
	tell(b, network.ClearBrowserCookies, cdp.Empty{})
	return b
}

// asked lists what has been requested since traffic was called last.
func (b *tab) asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.requests)
}

// traffic returns what has been loaded since it was asked last.
func (b *tab) traffic() (requests []string, bytes float64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	requests, bytes = b.requests, b.bytes
	b.requests, b.bytes = nil, 0
	return requests, bytes
}
