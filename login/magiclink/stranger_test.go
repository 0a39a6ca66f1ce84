package magiclink_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// from returns a browser in this network.
func from(t *testing.T, network int) *logintest.Browser {
	b := logintest.NewBrowser(t)
	b.Address = fmt.Sprintf("198.51.%d.7", network)
	return b
}

func TestStrangersVoidNothingOfTheOwners(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		nodes := []*logintest.Node{d.node(t), d.node(t)}
		for name, use := range map[string]func(b *logintest.Browser, link, code string) logintest.Page{
			"link": func(b *logintest.Browser, link, _ string) logintest.Page { return b.Post(nodes[0], link, nil) },
			"code": func(b *logintest.Browser, _, code string) logintest.Page { return enter(b, nodes[0], code, "") },
		} {
			ada := from(t, 1)
			ask(ada, nodes[0], "ada@example.com", "")
			link, code := d.last(t)
			for i := range 3 {
				if p := ask(from(t, 2+i), nodes[1], "ada@example.com", ""); p.Status != http.StatusSeeOther {
					t.Fatalf("a stranger's mail: %d", p.Status)
				}
			}
			if p := use(ada, link, code); p.Status != http.StatusSeeOther || !ada.SignedIn(nodes[0]) {
				t.Errorf("the owner's %s: %d", name, p.Status)
			}
		}
	})
}

func TestStrangersUseUpNothingOfABrowserThatSignedInBefore(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		nodes := []*logintest.Node{d.node(t), d.node(t)}
		ada := from(t, 1)
		ask(ada, nodes[0], "ada@example.com", "")
		link, _ := d.last(t)
		ada.Post(nodes[0], link, nil)
		ada.Get(nodes[0], "/logout")

		asked := d.count()
		for i := range 40 { // from as many networks as they like, her own among them
			eve := from(t, 1+i%20)
			ask(eve, nodes[i%2], "ada@example.com", "")
			_, code := d.last(t)
			enter(eve, nodes[i%2], other(code), "")
		}
		if got := d.count() - asked; got > 12 {
			t.Errorf("strangers sent %d mails to one address", got)
		}
		if p := ask(from(t, 99), nodes[0], "ada@example.com", ""); p.Status != http.StatusTooManyRequests {
			t.Errorf("one more stranger: %d", p.Status)
		}
		for i := range 3 {
			if p := ask(ada, nodes[i%2], "ada@example.com", ""); p.Status != http.StatusSeeOther {
				t.Fatalf("the owner's mail %d: %d", i, p.Status)
			}
		}
		if p := ask(ada, nodes[0], "ada@example.com", ""); p.Status != http.StatusTooManyRequests {
			t.Errorf("the owner's fourth: %d", p.Status)
		}
		_, code := d.last(t)
		if p := enter(ada, nodes[1], code, ""); p.Status != http.StatusSeeOther || !ada.SignedIn(nodes[1]) {
			t.Errorf("the owner's code: %d", p.Status)
		}
		if p := ask(ada, nodes[0], "ada@example.com", ""); p.Status != http.StatusSeeOther {
			t.Errorf("after a success: %d", p.Status)
		}
	})
}

func TestSuccessForgivesTheNetworkItCameFrom(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	n := d.node(t)
	laptop, phone := from(t, 1), from(t, 1)
	for range 3 {
		ask(laptop, n, "ada@example.com", "")
	}
	link, _ := d.last(t)
	if p := ask(phone, n, "ada@example.com", ""); p.Status != http.StatusTooManyRequests {
		t.Fatalf("before: %d", p.Status)
	}
	laptop.Post(n, link, nil)
	if p := ask(phone, n, "ada@example.com", ""); p.Status != http.StatusSeeOther {
		t.Errorf("after: %d", p.Status)
	}
	if p := ask(from(t, 2), n, "bob@example.com", ""); p.Status != http.StatusSeeOther {
		t.Errorf("somebody else: %d", p.Status)
	}
}

func TestTooManyMailsStaysOnTheFormAndSaysHowLong(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	n := d.node(t)
	ada := logintest.NewBrowser(t)
	handle, _ := ada.Authorize(n)
	for range 3 {
		ask(ada, n, "ada@example.com", handle)
	}
	for wait, says := range map[time.Duration]string{0: "in 10 minutes.", 9*time.Minute + time.Second: "in 1 minute."} {
		d.Clock.Add(wait)
		p := ask(ada, n, "ada@example.com", handle)
		for _, part := range []string{"Too many emails were requested. Try again " + says, `action="/login/mail"`, handle, `value="ada@example.com"`} {
			if p.Status != http.StatusTooManyRequests || p.Header.Get("Retry-After") == "" || !strings.Contains(p.Body, part) {
				t.Errorf("%d without %q", p.Status, part)
			}
		}
		d.Clock.Add(-wait)
	}
}
