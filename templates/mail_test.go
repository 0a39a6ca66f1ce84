package templates

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/symbolon-id/symbolon/i18n"
)

func TestNameCannotForgeASubjectOrALineOfTheMail(t *testing.T) {
	p := mustNew(t, Brand{})
	subject, text, _, err := p.Mail(SignInMail{App: "Grafana\r\nBcc: eve@example.org\n\nYour code is 000000\u202e", Link: "https://id.example/l", Code: "482913"})
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(subject, "\r\n\u202e") {
		t.Errorf("subject %q", subject)
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "Bcc:") || strings.HasPrefix(line, "Your code is") {
			t.Errorf("the name added the line %q", line)
		}
	}
}

func TestMailHoldsTheLinkOncePerPartAndLoadsNothing(t *testing.T) {
	p := mustNew(t, Brand{Accent: "#ffd400"})
	for _, mail := range mailSpecimens() {
		_, text, body, err := p.Mail(mail)
		if err != nil {
			t.Fatal(err)
		}
		want := 1
		if notice, ok := mail.(NoticeMail); ok && notice.Link == "" {
			want = 0
		}
		for part, s := range map[string]string{"text": text, "html": body} {
			if n := strings.Count(s, "https://"); n != want {
				t.Errorf("%T: %d addresses in the %s part", mail, n, part)
			}
		}
		loadsNothing(t, mail, body)
	}
}

func loadsNothing(t *testing.T, mail Mail, body string) {
	t.Helper()
	tree, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for n := range tree.Descendants() {
		switch n.Data {
		case "img", "script", "link", "iframe", "style", "object", "video":
			t.Errorf("%T has <%s>", mail, n.Data)
		}
		if style := attr(n, "style"); strings.Contains(style, "url(") || strings.Contains(style, "ZgotmplZ") {
			t.Errorf("%T: style %q", mail, style)
		}
	}
}

func TestMailsReadAsWritten(t *testing.T) {
	p := mustNew(t, Brand{Name: "Acme"})
	subject, text, _, err := p.Mail(SignInMail{Link: "https://id.example/l", Code: "482913", Minutes: 10, Browser: "Firefox on Linux", Network: "203.0.113.0/24"})
	if err != nil {
		t.Fatal(err)
	}
	if subject != "Sign in to Acme" {
		t.Errorf("subject %q", subject)
	}
	want := `We received a request to sign in to Acme.

Open this link in the browser where you started:

https://id.example/l

Or enter this code there:

    482913

Use either one, once, within 10 minutes.

Requested from Firefox on Linux, network 203.0.113.0/24.

If this wasn’t you, ignore this email. No one can sign in without the link or
code. Don’t share the code with anyone; we’ll never ask you for it.

Acme
`
	if text != want {
		t.Errorf("text:\n%s", text)
	}
	if subject, _, _, _ := p.Mail(InviteMail{Link: "https://id.example/"}); subject != "Your Acme account is ready" {
		t.Errorf("subject %q", subject)
	}
}

func TestNoticesReadAsWritten(t *testing.T) {
	p := mustNew(t, Brand{Name: "Acme"})
	subject, text, _, err := p.Mail(NewDeviceMail(Circumstances{At: anHour, Browser: "Firefox on Linux"}, "https://id.example/account/sessions"))
	if err != nil {
		t.Fatal(err)
	}
	want := `Your account was used in a browser we haven’t seen before.

Review your browsers:

https://id.example/account/sessions

Browser: Firefox on Linux
When: 2 March 2026, 14:05 UTC

If this wasn’t you, open the link, sign out that browser and remove anything you don’t recognize.

Acme
`
	if subject != "New sign-in to your account" || text != want {
		t.Errorf("%s\n%s", subject, text)
	}
}

func TestNameCannotForgeALineOfANotice(t *testing.T) {
	p := mustNew(t, Brand{})
	const evil = "Grafana\r\nBcc: eve@example.org\u202e"
	for _, m := range []NoticeMail{
		ConnectedMail(evil, []i18n.Text{i18n.Verbatim(evil)}, Circumstances{Browser: evil, Network: evil}, "https://id.example/"),
		FactorAddedMail(evil, Circumstances{}, "https://id.example/"), EmailChangedMail(evil, evil, Circumstances{}, "https://id.example/"),
	} {
		subject, text, _, err := p.Mail(m)
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(subject, "\r\n\u202e") || strings.Contains(text, "\nBcc:") || strings.Contains(text, "\u202e") {
			t.Errorf("%q\n%s", subject, text)
		}
	}
}
