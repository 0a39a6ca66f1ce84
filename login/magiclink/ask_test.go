package magiclink_test

import (
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

func TestMalformedAddressGetsNoMail(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	n := d.node(t)
	for _, address := range []string{
		"", "ada", "ada@", "@example.com", "ada@example.com,eve@evil.example", "ada@example.com;eve@evil.example",
		"ada@example.com\r\nBcc: eve@evil.example", `"ada"@example.com`, "Ada <ada@example.com>", "<ada@example.com>",
		"ada@evil.example@example.com", "ada＠example.com", "adа@example.com", "ada@exampIe.com\x00", "ada%evil.example@example.com",
		"ada@[127.0.0.1]", "ada@example.com eve@evil.example", strings.Repeat("a", 70) + "@example.com", strings.Repeat("a", 60000),
	} {
		p := ask(logintest.NewBrowser(t), n, address, "")
		if p.Status != http.StatusBadRequest || !strings.Contains(p.Body, "Enter an email address") {
			t.Errorf("%.40q: status %d", address, p.Status)
		}
	}
	p := logintest.NewBrowser(t).Post(n, "/login/mail", url.Values{"email": {"ada@example.com", "eve@evil.example"}})
	if p.Status != http.StatusBadRequest {
		t.Errorf("two addresses: status %d", p.Status)
	}
	if d.count() != 0 {
		t.Fatalf("%d mails", d.count())
	}
	if p := ask(logintest.NewBrowser(t), n, " ada@example.com ", ""); p.Status != http.StatusSeeOther || d.count() != 1 {
		t.Errorf("a good address: status %d, %d mails", p.Status, d.count())
	}
}

func TestTypedAddressIsEscaped(t *testing.T) {
	n := deploy(t, storagetest.SQLite(t)).node(t)
	p := ask(logintest.NewBrowser(t), n, `"><script>alert(1)</script>`, "")
	if strings.Contains(p.Body, "<script>alert") {
		t.Error("markup came back")
	}
}

func TestForgedRequestSendsNoMail(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	n := d.node(t)
	ada, eve := logintest.NewBrowser(t), logintest.NewBrowser(t)
	handle, _ := ada.Authorize(n)
	if p := ask(eve, n, "ada@example.com", handle); p.Status != http.StatusBadRequest {
		t.Errorf("another browser's request: %d", p.Status)
	}
	eve.Header.Set("Sec-Fetch-Site", "cross-site")
	if p := ask(eve, n, "ada@example.com", ""); p.Status != http.StatusForbidden {
		t.Errorf("another site's form: %d", p.Status)
	}
	if d.count() != 0 {
		t.Errorf("%d mails", d.count())
	}
}

var (
	cookieValue = regexp.MustCompile(`=[A-Z2-7]{26};`)
	address     = regexp.MustCompile(`[a-z]+@example\.com`)
)

// answer is all of an answer that does not differ between any two requests.
func answer(p logintest.Page) map[string][]string {
	all := map[string][]string{"status": {strconv.Itoa(p.Status)}, "body": {address.ReplaceAllString(p.Body, "ADDRESS")}}
	for name, values := range p.Header {
		if name == "Date" || name == "X-Trace-Id" || name == "Content-Length" {
			continue
		}
		for _, v := range values {
			all[name] = append(all[name], cookieValue.ReplaceAllString(v, "=VALUE;"))
		}
	}
	return all
}

func TestAnswersDoNotTellWhoHasAnAccount(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n := d.node(t)
		d.User("u_eve", "eve@example.com", "")
		if err := d.DB.SetUserDisabled(t.Context(), "u_eve", time.Now()); err != nil {
			t.Fatal(err)
		}
		var posts, pages []map[string][]string
		var statements []int64
		for _, email := range []string{"ada@example.com", "bob@example.com", "eve@example.com"} {
			b := logintest.NewBrowser(t)
			before := d.DB.Stats().Statements
			p := ask(b, n, email, "")
			statements = append(statements, d.DB.Stats().Statements-before)
			posts, pages = append(posts, answer(p)), append(pages, answer(b.Follow(n, p)))
		}
		if len(posts[0]["Set-Cookie"]) != 1 || posts[0]["status"][0] != "303" || pages[0]["status"][0] != "200" {
			t.Fatalf("unexpected answer %v", posts[0])
		}
		for i := 1; i < 3; i++ {
			if !reflect.DeepEqual(posts[0], posts[i]) || !reflect.DeepEqual(pages[0], pages[i]) {
				t.Errorf("answers differ:\n%v\n%v\n%v\n%v", posts[0], posts[i], pages[0], pages[i])
			}
			if statements[i] != 0 { // of the database; what is never asked cannot be timed
				t.Errorf("%d statements", statements[i])
			}
		}
		for _, m := range d.Sent() {
			if !m.KnownOnly {
				t.Error("a mail to an unknown address would leave")
			}
		}
	})
}

func TestFloodOfOneNetworkSendsThreeMailsPerAddress(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	n := d.node(t)
	var refused, retry int
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			email := []string{"ada@example.com", "ADA@example.com", " Ada@Example.com"}[i%3]
			p := ask(logintest.NewBrowser(t), n, email, "")
			mu.Lock()
			defer mu.Unlock()
			if p.Status == http.StatusTooManyRequests {
				refused++
			}
			if p.Header.Get("Retry-After") != "" {
				retry++
			}
		})
	}
	all.Wait()
	if d.count() != 3 || refused != 47 || retry != 47 {
		t.Errorf("%d mails, %d refused, %d told when to come back", d.count(), refused, retry)
	}
	for range 9 {
		d.Clock.Add(time.Minute)
		ask(logintest.NewBrowser(t), n, "ada@example.com", "")
	}
	if d.count() != 3 {
		t.Errorf("%d mails within ten minutes", d.count())
	}
	d.Clock.Add(time.Minute)
	if p := ask(logintest.NewBrowser(t), n, "ada@example.com", ""); p.Status != http.StatusSeeOther {
		t.Errorf("after ten minutes: %d", p.Status)
	}
}

func TestOneNetworkCannotMailEverybody(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	d.Proxies = nil
	n := d.node(t)
	for i := range 80 {
		b := logintest.NewBrowser(t)
		b.Header.Set("X-Forwarded-For", "203.0.113."+strconv.Itoa(i)) // not trusted
		b.Header.Set("Sec-Fetch-Site", "same-origin")
		ask(b, n, "user"+strconv.Itoa(i)+"@example.com", "")
	}
	if d.count() != 60 {
		t.Errorf("%d mails", d.count())
	}
}

func TestLinkNamesTheIssuerWhateverTheRequestSays(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	n := d.node(t)
	b := logintest.NewBrowser(t)
	b.Host = "evil.example"
	for _, name := range []string{"X-Forwarded-Host", "X-Forwarded-Server", "X-Original-Host", "X-Host"} {
		b.Header.Set(name, "evil.example")
	}
	b.Header.Set("Forwarded", "host=evil.example;proto=http")
	if p := ask(b, n, "ada@example.com", ""); p.Location != "/login/mail/code" {
		t.Fatalf("status %d, location %q", p.Status, p.Location)
	}
	d.last(t) // finds the link by the issuer
	if m := d.Sent()[0]; strings.Contains(m.Text+m.HTML+m.Subject, "evil.example") {
		t.Error("the mail names the host of the request")
	}
}
