package templates

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"
)

func mustNew(t *testing.T, brand Brand) *Pages {
	t.Helper()
	p, err := New(brand)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func render(t *testing.T, p *Pages, page Page) *html.Node {
	t.Helper()
	w := httptest.NewRecorder()
	if err := p.Render(w, http.StatusOK, page); err != nil {
		t.Fatal(err)
	}
	tree, err := html.Parse(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func elements(tree *html.Node, name string) (out []*html.Node) {
	for n := range tree.Descendants() {
		if n.Type == html.ElementNode && n.Data == name {
			out = append(out, n)
		}
	}
	return out
}

func text(n *html.Node) string {
	var out strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			out.WriteString(d.Data)
		}
	}
	return out.String()
}

func TestPageThatDoesNotRenderWritesNothing(t *testing.T) {
	w := httptest.NewRecorder()
	err := mustNew(t, Brand{}).Render(w, http.StatusOK, HandOff{URL: "javascript:alert(1)"})
	if err == nil {
		t.Fatal("a page that leaves to javascript: rendered")
	}
	if w.Body.Len() != 0 || len(w.Header()) != 0 {
		t.Errorf("wrote %q %v", w.Body, w.Header())
	}
}

// Every page and mail is in the binary, so that one which does not render is found here and not by
// who signs in.
func TestEveryTemplateRenders(t *testing.T) {
	p := mustNew(t, Brand{})
	rendered := map[string]bool{"layout": true, "part-account": true, "part-icons": true, "part-offers": true, "part-details": true, "part-scopes": true}
	for _, page := range specimens() {
		render(t, p, page)
		rendered[page.template()] = true
		for _, offer := range offersOf(page) {
			rendered[offer.offer()] = true
		}
	}
	for _, mail := range mailSpecimens() {
		if _, _, _, err := p.Mail(mail); err != nil {
			t.Error(err)
		}
		rendered[mail.mail()] = true
	}
	names, _ := fs.Glob(files, "pages/*.html")
	mails, _ := fs.Glob(files, "mail/*")
	for _, name := range append(names, mails...) {
		if key := strings.TrimSuffix(path.Base(name), path.Ext(name)); !rendered[key] {
			t.Errorf("%s has no specimen", name)
		}
	}
}

func offersOf(page Page) []Offer {
	switch page := page.(type) {
	case SignIn:
		return page.Offers
	case SecondFactor:
		return page.Offers
	}
	return nil
}

func TestEveryPageIsWellFormedForAssistiveTechnology(t *testing.T) {
	p := mustNew(t, Brand{})
	for _, page := range specimens() {
		tree := render(t, p, page)
		if lang := attr(elements(tree, "html")[0], "lang"); lang != "en" {
			t.Errorf("%T: lang %q", page, lang)
		}
		for _, landmark := range []string{"h1", "header", "main", "title"} {
			if n := len(elements(tree, landmark)); n != 1 {
				t.Errorf("%T: %d <%s>", page, n, landmark)
			}
		}
		refersToWhatExists(t, page, tree)
	}
}

func refersToWhatExists(t *testing.T, page Page, tree *html.Node) {
	t.Helper()
	ids, labelled := map[string]bool{}, map[string]bool{}
	for n := range tree.Descendants() {
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("%T: id %q twice", page, id)
			}
			ids[id] = true
		}
		if n.Data == "label" {
			labelled[attr(n, "for")] = true
		}
	}
	for n := range tree.Descendants() {
		for _, id := range strings.Fields(attr(n, "aria-describedby") + " " + attr(n, "aria-labelledby")) {
			if !ids[id] {
				t.Errorf("%T: refers to #%s, which does not exist", page, id)
			}
		}
		if n.Data == "input" && attr(n, "type") != "hidden" && !labelled[attr(n, "id")] {
			t.Errorf("%T: input %q has no label", page, attr(n, "name"))
		}
	}
}

func TestTitleBeginsWithTheError(t *testing.T) {
	p := mustNew(t, Brand{Name: "Acme"})
	for want, page := range map[string]Page{
		"That is not a mail address. – Sign in to Grafana – Acme": SignIn{App: "Grafana", Offers: []Offer{MailOffer{Error: "That is not a mail address."}}},
		"That code is not right. – Check your email – Acme":       MailSent{Error: "That code is not right."},
		"Error: This link has expired – Acme":                     Error{Title: "This link has expired"},
		"The link is void – Acme":                                 Error{Status: 200, Title: "The link is void"},
		"Sign in – Acme":                                          SignIn{},
	} {
		if got := text(elements(render(t, p, page), "title")[0]); got != want {
			t.Errorf("title %q, want %q", got, want)
		}
	}
}

func TestProblemIsNeverFoldedAway(t *testing.T) {
	offer := MailOffer{Error: "That is not a mail address."}
	tree := render(t, mustNew(t, Brand{}), SignIn{Account: "ada@example.org", Resume: "/r", Offers: []Offer{offer}})
	if !slices.ContainsFunc(elements(tree, "details")[0].Attr, func(a html.Attribute) bool { return a.Key == "open" }) {
		t.Error("the form with the error is folded away")
	}
}

func TestEveryFormWithAHandleCarriesIt(t *testing.T) {
	p := mustNew(t, Brand{})
	mail, users := MailOffer{Handle: "h1"}, UsersOffer{Handle: "h1"}
	passkey, totp, recovery := PasskeyOffer{Handle: "h1"}, TOTPOffer{Handle: "h1"}, RecoveryOffer{Handle: "h1"}
	for _, page := range []Page{
		SecondFactor{Offers: []Offer{passkey, totp, recovery}}, EnrolPasskey{Handle: "h1"},
		SignIn{Account: "a", Resume: "/r", Handle: "h1", Offers: []Offer{mail, users}},
		MailSent{Handle: "h1"}, Consent{Handle: "h1"},
	} {
		for _, form := range elements(render(t, p, page), "form") {
			var got string
			for _, input := range elements(form, "input") {
				if attr(input, "name") == "request" {
					got = attr(input, "value")
				}
			}
			if got != "h1" {
				t.Errorf("%T: form to %q carries %q", page, attr(form, "action"), got)
			}
		}
	}
}

// The mailed link opened elsewhere must offer no way to sign in there.
func TestLinkInAnotherBrowserShowsTheCodeAndNoSignIn(t *testing.T) {
	tree := render(t, mustNew(t, Brand{}), MailLink{Action: "/sign-in-here", NotMe: "/not-me", Code: "482913"})
	for _, form := range elements(tree, "form") {
		if attr(form, "action") != "/not-me" {
			t.Errorf("a form posts to %q", attr(form, "action"))
		}
	}
	if !strings.Contains(text(tree), "482913") {
		t.Error("the code is not shown")
	}
}

func TestConsentAlwaysNamesTheRedirectHost(t *testing.T) {
	p := mustNew(t, Brand{})
	long := strings.Repeat("sub.", 20) + "example.org"
	for _, host := range []string{"claude.ai", long, "127.0.0.1:8080"} {
		tree := render(t, p, Consent{Client: "Claude", ClientHost: "client.example", RedirectHost: host})
		if !strings.Contains(text(elements(tree, "dl")[0]), host) {
			t.Errorf("redirect host %q is not shown", host)
		}
		if h1 := text(elements(tree, "h1")[0]); !strings.Contains(h1, "client.example") || strings.Contains(h1, "Claude") {
			t.Errorf("h1 %q: the host leads, not the name the client chose", h1)
		}
	}
}

func TestHandOffReachesNativeApps(t *testing.T) {
	p := mustNew(t, Brand{})
	for _, address := range []string{"https://app.example/cb?code=a&state=b", "com.example.app:/cb?code=a", "claude://cb", "http://127.0.0.1:1/cb"} {
		link := elements(elements(render(t, p, HandOff{URL: address}), "main")[0], "a")[0]
		if got := attr(link, "href"); got != address {
			t.Errorf("link to %q, want %q", got, address)
		}
	}
}

func TestPagesRenderSideBySide(t *testing.T) {
	p := mustNew(t, Brand{})
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			for _, page := range specimens() {
				w := httptest.NewRecorder()
				w.Header().Set("Content-Language", []string{"en", "de"}[i%2])
				if err := p.Render(w, http.StatusOK, page); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}
