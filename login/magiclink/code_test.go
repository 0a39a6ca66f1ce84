package magiclink_test

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// recordKey is where the record of a link is kept.
func recordKey(link string) string {
	token := link[strings.LastIndex(link, "/")+1:]
	return "mail-link:" + hex.EncodeToString(storage.Digest(token))
}

func TestParallelGuessesAreJudgedFiveTimesAtMost(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		nodes := []*logintest.Node{d.node(t), d.node(t)}
		eve := logintest.NewBrowser(t)
		ask(eve, nodes[0], "ada@example.com", "")
		link, code := d.last(t)
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() { enter(eve, nodes[i%2], other(code), "") })
		}
		all.Wait()
		events, err := d.DB.Events(t.Context(), audit.Filter{Type: audit.SignIn, Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		judged := 0
		for _, e := range events {
			if e.Reason == "wrong_code" {
				judged++
			}
		}
		if judged < 1 || judged > 5 { // a busy store refuses some that it has counted
			t.Errorf("%d guesses were judged", judged)
		}
		for _, p := range []logintest.Page{enter(eve, nodes[0], code, ""), eve.Post(nodes[0], link, nil)} {
			if p.Status != http.StatusGone || eve.SignedIn(nodes[0]) {
				t.Errorf("the right one afterwards: %d", p.Status)
			}
		}
	})
}

func TestGuessingOverManyMailsEndsAtTenAndLeavesTheLink(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n := d.node(t)
		statuses := map[int]int{}
		for range 3 {
			eve := logintest.NewBrowser(t)
			ask(eve, n, "ada@example.com", "")
			_, code := d.last(t)
			for range 5 {
				statuses[enter(eve, n, other(code), "").Status]++
			}
		}
		if statuses[http.StatusBadRequest] != 10 || statuses[http.StatusTooManyRequests] != 5 {
			t.Errorf("answers: %v", statuses)
		}
		d.Clock.Add(10 * time.Minute) // the next mail is allowed, the next code is not
		ada := logintest.NewBrowser(t)
		ask(ada, n, "ada@example.com", "")
		link, code := d.last(t)
		if p := enter(ada, n, code, ""); p.Status != http.StatusTooManyRequests || ada.SignedIn(n) {
			t.Errorf("the code: %d", p.Status)
		}
		if p := ada.Post(n, link, nil); p.Status != http.StatusSeeOther {
			t.Errorf("the link: %d", p.Status)
		}
	})
}

func TestWhatCannotBeACodeCostsNoTry(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	n := d.node(t)
	ada := logintest.NewBrowser(t)
	handle, _ := ada.Authorize(n)
	ask(ada, n, "ada@example.com", handle)
	_, code := d.last(t)
	for _, typed := range []string{
		"", "12345", "1234567", "12345a", "１２３４５６", "٠١٢٣٤٥", "-12345", "+12345", "1e5000", "0x1234", code + "0", strings.Repeat("1", 9000),
	} {
		if p := enter(ada, n, typed, handle); p.Status != http.StatusBadRequest || !strings.Contains(p.Body, "Enter the 6-digit code.") {
			t.Errorf("%.20q: %d", typed, p.Status)
		}
	}
	form := url.Values{"code": {other(code), code}, "request": {handle}}
	if p := ada.Post(n, "/login/mail/code", form); p.Status != http.StatusBadRequest {
		t.Errorf("two codes: %d", p.Status)
	}
	pasted := " " + code[:3] + "\u00a0" + code[3:] + "\n"
	if p := ada.Follow(n, enter(ada, n, pasted, handle)); p.Body != "u_ada " {
		t.Errorf("pasted with spaces: %d", p.Status)
	}
	if p := enter(ada, n, code, handle); p.Status != http.StatusGone {
		t.Errorf("once more: %d", p.Status)
	}
}

func TestWrongCodeLeavesTheOthersTries(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	n := d.node(t)
	ada := logintest.NewBrowser(t)
	ask(ada, n, "ada@example.com", "")
	_, code := d.last(t)
	for range 4 {
		if p := enter(ada, n, other(code), ""); p.Status != http.StatusBadRequest || ada.SignedIn(n) {
			t.Fatalf("a wrong code: %d", p.Status)
		}
	}
	if p := enter(ada, n, code, ""); p.Status != http.StatusSeeOther || !ada.SignedIn(n) {
		t.Errorf("the fifth, right: %d", p.Status)
	}
}

func TestCodePageSurvivesRefreshAndTabs(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	n := d.node(t)
	ada := logintest.NewBrowser(t)
	if p := ada.Get(n, "/login/mail/code"); p.Status != http.StatusGone || !strings.Contains(p.Body, `href="/login"`) {
		t.Errorf("nothing asked yet: %d", p.Status)
	}
	first, _ := ada.Authorize(n)
	p := ask(ada, n, "ada@example.com", first)
	for range 2 {
		page := ada.Get(n, p.Location)
		if page.Status != http.StatusOK || !strings.Contains(page.Body, first) || !strings.Contains(page.Body, "ada@example.com") {
			t.Errorf("refresh: %d", page.Status)
		}
	}
	second, _ := ada.Authorize(n)
	if p := ada.Get(n, "/login/mail/code?request="+second); p.Status != http.StatusGone {
		t.Errorf("the other tab asked for nothing: %d", p.Status)
	}
	_, code := d.last(t)
	if p := ada.Follow(n, enter(ada, n, code, first)); p.Body != "u_ada " {
		t.Errorf("the code: %d", p.Status)
	}
}

func TestStoreReaderLearnsNoSecret(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	n := d.node(t)
	ada := logintest.NewBrowser(t)
	ask(ada, n, "ada@example.com", "")
	link, code := d.last(t)
	value, err := d.Ephemeral.Get(t.Context(), recordKey(link))
	if err != nil {
		t.Fatal(err)
	}
	token := link[strings.LastIndex(link, "/")+1:]
	for _, secret := range []string{token, code, ada.Cookie(n, "symbolon_browser")} {
		if strings.Contains(string(value), secret) {
			t.Error("the record holds a secret in the clear")
		}
	}
}
