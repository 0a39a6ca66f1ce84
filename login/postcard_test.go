package login_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/logintest"
)

func send(b *logintest.Browser, n *logintest.Node, word, handle string) logintest.Page {
	return b.Post(n, "/login/postcard", url.Values{"user": {word}, "request": {handle}})
}

func TestPostcardIsAWholeMethod(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		postcard := &logintest.Postcard{}
		n := d.Node(postcard) // the one line
		b := logintest.NewBrowser(t)
		handle, p := b.Authorize(n)
		if !strings.Contains(p.Body, `action="/login/postcard"`) {
			t.Fatal("it is not offered")
		}
		if p := send(b, n, "wrong", handle); p.Status != http.StatusBadRequest || p.Location != "" || !strings.Contains(p.Body, "Example App") {
			t.Errorf("a wrong word: %d", p.Status)
		}
		word := postcard.Write("u_ada")
		if p := b.Follow(n, send(b, n, word, handle)); p.Body != "u_ada " || d.Session("u_ada").ACR != login.ACRMail {
			t.Errorf("the word: %d %.40q", p.Status, p.Body)
		}
		other := logintest.NewBrowser(t)
		again, _ := other.Authorize(n)
		if p := send(other, n, word, again); p.Status != http.StatusGone || other.SignedIn(n) {
			t.Errorf("the word once more: %d", p.Status)
		}
		key := d.EnrolApp("u_ada")
		send(other, n, postcard.Write("u_ada"), again)
		if p := other.Follow(n, other.Enter(n, "totp", d.Code(key, 0), again)); p.Body != "u_ada " {
			t.Errorf("with a second factor: %d %.40q", p.Status, p.Body)
		}
	})
}

func TestOneWordOnTwoNodesAtOnceStartsOneSession(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		postcard := &logintest.Postcard{}
		nodes := []*logintest.Node{d.Node(postcard), d.Node(postcard)}
		word := postcard.Write("u_ada")
		var all sync.WaitGroup
		for i := range 30 {
			all.Go(func() {
				b := logintest.NewBrowser(t)
				handle, _ := b.Authorize(nodes[i%2])
				send(b, nodes[i%2], word, handle)
			})
		}
		all.Wait()
		d.Session("u_ada") // the one
	})
}

func TestProofOfNoKindSignsNobodyIn(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n := d.Node(logintest.Click{Called: "vague"}, logintest.Click{Called: "invented", Kind: "certainty"})
		for method, status := range map[string]int{"vague": http.StatusInternalServerError, "invented": http.StatusSeeOther} {
			b := logintest.NewBrowser(t)
			p := b.Click(n, method, "u_ada", "")
			if p.Status != status || b.SignedIn(n) || b.Cookie(n, "symbolon_session") != "" {
				t.Errorf("%s: %d", method, p.Status)
			}
		}
	})
}
