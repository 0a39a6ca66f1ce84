package magiclink_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/login/magiclink"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/templates"
)

var (
	linkIn = regexp.MustCompile(regexp.QuoteMeta(logintest.Issuer) + `(/login/mail/[A-Za-z0-9_]+)`)
	codeIn = regexp.MustCompile(`(?m)^\s*(\d{6})\s*$`)
)

// deployment is one database and one ephemeral store, with any number of nodes.
type deployment struct {
	*logintest.Deployment
	open bool // self-registration
}

func deploy(t *testing.T, db *durable.DB) *deployment {
	return &deployment{Deployment: logintest.Deploy(t, db)}
}

func (d *deployment) node(t *testing.T, more ...login.Method) *logintest.Node {
	t.Helper()
	pages, err := templates.New(templates.Brand{})
	if err != nil {
		t.Fatal(err)
	}
	return d.NodeOf(append(more, &magiclink.Method{
		Registration: d.open, Ephemeral: d.Ephemeral, Mailer: d, Letters: pages, Limiter: d.Limiter(), Failures: d.DB, Now: d.Clock.Now,
	}))
}

// last returns the path of the link and the code of the newest mail.
func (d *deployment) last(t *testing.T) (link, code string) {
	t.Helper()
	sent := d.Sent()
	if len(sent) == 0 {
		t.Fatal("no mail was sent")
	}
	text := sent[len(sent)-1].Text
	l, c := linkIn.FindStringSubmatch(text), codeIn.FindStringSubmatch(text)
	if l == nil || c == nil {
		t.Fatal("the mail has no link or no code")
	}
	return l[1], c[1]
}

func (d *deployment) count() int { return len(d.Sent()) }

// ask submits an address; handle may be empty.
func ask(b *logintest.Browser, n *logintest.Node, email, handle string) logintest.Page {
	form := url.Values{"email": {email}}
	if handle != "" {
		form.Set("request", handle)
	}
	return b.Post(n, "/login/mail", form)
}

func enter(b *logintest.Browser, n *logintest.Node, code, handle string) logintest.Page {
	form := url.Values{"code": {code}}
	if handle != "" {
		form.Set("request", handle)
	}
	return b.Post(n, "/login/mail/code", form)
}

// other returns a code that is not this one.
func other(code string) string {
	if strings.HasPrefix(code, "0") {
		return "1" + code[1:]
	}
	return "0" + code[1:]
}

// everywhere runs a claim on every kind of database.
func everywhere(t *testing.T, claim func(t *testing.T, d *deployment)) {
	storagetest.Databases(t, func(t *testing.T, open func(t *testing.T) *durable.DB) { claim(t, deploy(t, open(t))) })
}
