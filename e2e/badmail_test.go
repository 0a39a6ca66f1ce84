package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestUnknownAddressesLookLikeKnownOnes(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		known, disabled := d.person(t), d.person(t)
		d.command(t, "user", "disable", disabled.id)
		stranger := person{email: lab.seen.address("stranger." + strings.ToLower(random()[:12]) + "@example.com")}
		var pages []string
		for _, who := range []person{known, disabled, stranger} {
			v := d.visitor(t)
			asked := v.submit(v.get("/login"), "/login/mail", "email", who.email)
			sent := v.follow(asked)
			seen := fmt.Sprint(asked.status, asked.location, cookieNames(asked), sent.status) + strings.ReplaceAll(sent.body, who.email, "ADDRESS")
			pages = append(pages, seen)
		}
		if pages[0] != pages[1] || pages[0] != pages[2] {
			t.Error("known, disabled and unknown addresses can be told apart")
		}
		d.post.await(t, known.email, 1)
		if len(d.post.to(disabled.email))+len(d.post.to(stranger.email)) > 0 {
			t.Error("a mail went to somebody who cannot sign in")
		}
	})
}

func cookieNames(p page) (names string) {
	for _, c := range (&http.Response{Header: p.header}).Cookies() {
		names += c.Name + " "
	}
	return names
}

func TestScannersThatOpenLinksUseNothingUp(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		v, who := d.visitor(t), d.person(t)
		_, l := v.askForMail(d, v.get("/login"), who)
		scanner := d.visitor(t)
		for _, method := range []string{http.MethodHead, http.MethodGet, http.MethodGet} {
			p := scanner.send(must[*http.Request](t)(http.NewRequest(method, l.link, nil)))
			if p.status != 200 || strings.Contains(cookieNames(p), "symbolon_session") {
				t.Errorf("%s: %d %s", method, p.status, cookieNames(p))
			}
			if policy := p.header.Get("Referrer-Policy"); policy != "no-referrer" && policy != "same-origin" {
				t.Errorf("Referrer-Policy: %s", policy)
			}
		}
		if p := scanner.post(l.link, nil); p.status != http.StatusForbidden || strings.Contains(cookieNames(p), "symbolon_session") {
			t.Errorf("another browser's POST: %d", p.status)
		}
		if p := v.follow(v.submit(v.get(l.link), "/login/mail/")); p.status != 200 || !v.signedIn() {
			t.Errorf("the link no longer works: %d", p.status)
		}
		if p := v.post(l.link, nil); p.status != http.StatusSeeOther || strings.Contains(cookieNames(p), "symbolon_session") {
			t.Errorf("the one who is signed in is not led on: %d %s", p.status, cookieNames(p))
		}
		v.submit(v.get("/logout"), "/logout")
		if p := v.post(l.link, nil); p.status != http.StatusGone || v.signedIn() {
			t.Errorf("the link works twice: %d", p.status)
		}
	})
}

func TestGuessingACodeEndsItsMail(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		v, who := d.visitor(t), d.person(t)
		codePage, l := v.askForMail(d, v.get("/login"), who)
		for try := range 5 {
			p := v.submit(codePage, "/login/mail/code", "code", wrong(l.code, try))
			if p.status != http.StatusBadRequest {
				t.Errorf("guess %d: %d", try+1, p.status)
			}
		}
		if p := v.submit(codePage, "/login/mail/code", "code", l.code); p.status != http.StatusGone {
			t.Errorf("the right code after five wrong ones: %d", p.status)
		}
		if p := v.post(l.link, nil); p.status != http.StatusGone || v.signedIn() {
			t.Errorf("the link after five wrong codes: %d", p.status)
		}
	})
}

func wrong(code string, try int) string {
	return fmt.Sprintf("%d%s", (int(code[0]-'0')+1+try)%10, code[1:])
}

func TestNewerMailVoidsTheOlder(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		v, who := d.visitor(t), d.person(t)
		_, first := v.askForMail(d, v.get("/login"), who)
		_, second := v.askForMail(d, v.get("/login"), who)
		if p := v.post(first.link, nil); p.status != http.StatusGone || v.signedIn() {
			t.Errorf("the older link: %d", p.status)
		}
		if p := v.post(second.link, nil); p.status != http.StatusSeeOther || !v.signedIn() {
			t.Errorf("the newer link: %d", p.status)
		}
	})
}

func TestLinksThatWeDidNotSendAreDead(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		v, who := d.visitor(t), d.person(t)
		_, l := v.askForMail(d, v.get("/login"), who)
		for what, link := range map[string]string{
			"cut": l.link[:len(l.link)-1], "longer": l.link + "A", "last character": l.link[:len(l.link)-1] + other(l.link[len(l.link)-1]),
			"lower case": strings.ToLower(l.link), "another token": d.issuer + "/login/mail/symbolon_ml_" + strings.Repeat("A", 52), "short": d.issuer + "/login/mail/x",
		} {
			if p := v.get(link); p.status != http.StatusGone {
				t.Errorf("GET %s: %d", what, p.status)
			}
			if p := v.post(link, nil); p.status != http.StatusGone || v.signedIn() {
				t.Errorf("POST %s: %d", what, p.status)
			}
		}
	})
}

func other(c byte) string {
	if c == 'A' {
		return "B"
	}
	return "A"
}

func TestMailIsRationed(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		who := d.person(t)
		asks := func(v *visitor) (refused int) {
			p := v.submit(v.get("/login"), "/login/mail", "email", who.email)
			if p.status != http.StatusTooManyRequests {
				return 0
			}
			if p.header.Get("Retry-After") == "" || !p.has("/login/mail") {
				t.Error("the 429 does not say how long, or leaves the form")
			}
			return 1
		}
		stranger, refused := d.visitor(t), 0
		for range 6 {
			refused += asks(stranger)
		}
		if refused != 3 {
			t.Errorf("%d of 6 from one network are refused", refused)
		}
		refused = 0
		for range 12 {
			refused += asks(d.visitor(t)) // each from a network of its own
		}
		if refused != 3 {
			t.Errorf("%d of 15 to one address are refused", refused)
		}
		d.post.await(t, who.email, 12)
		if sent := len(d.post.to(who.email)); sent > 12 {
			t.Errorf("%d mails were sent", sent)
		}
	})
}

func TestMalformedAddressesAreCorrectedOnTheSamePage(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		v := d.visitor(t)
		for _, address := range []string{"", "ada", "ada@", "@example.com", "ada@example.com,eve@example.com", "ada@example.com\r\nBcc: eve@example.com", "<script>alert(1)</script>@example.com", "ada@exam ple.com", strings.Repeat("a", 300) + "@example.com", "ada@\u202eexample.com"} {
			p := v.post("/login/mail", url.Values{"email": {address}})
			if p.status != http.StatusBadRequest || !p.has("/login/mail") || strings.Contains(p.body, "<script>alert") {
				t.Errorf("%q: %d", address, p.status)
			}
		}
	})
}
