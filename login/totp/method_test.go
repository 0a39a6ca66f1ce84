package totp_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login/logintest"
)

func TestWithoutAFirstFactorTheAppIsNotAsked(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n, key := d.Node(), d.EnrolApp("u_ada")
		eve, ada := logintest.NewBrowser(t), logintest.NewBrowser(t)
		handle, _ := eve.Authorize(n)
		for name, p := range map[string]logintest.Page{
			"page": eve.Get(n, "/login/second?request="+handle), "code": eve.Enter(n, "totp", d.Code(key, 0), handle),
		} {
			if p.Location != "/login?request="+handle {
				t.Errorf("%s: %d %q", name, p.Status, p.Location)
			}
		}
		if p := eve.Enter(n, "totp", d.Code(key, 0), ""); p.Location != "/login" {
			t.Errorf("direct visit: %d %q", p.Status, p.Location)
		}
		of, _ := ada.Authorize(n)
		ada.Click(n, "mail", "u_ada", of)
		for name, p := range map[string]logintest.Page{
			"page": eve.Get(n, "/login/second?request="+of), "code": eve.Enter(n, "totp", d.Code(key, 0), of),
		} {
			if p.Status != http.StatusBadRequest {
				t.Errorf("%s with the handle of another browser: %d", name, p.Status)
			}
		}
		if eve.SignedIn(n) {
			t.Error("the stranger is signed in")
		}
	})
}

func TestHalfASignInIsServedNothing(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n := d.Node()
		d.EnrolApp("u_ada")
		b := logintest.NewBrowser(t)
		handle, _ := b.Authorize(n)
		if p := b.Click(n, "mail", "u_ada", handle); p.Location != "/login/second?request="+handle {
			t.Fatalf("after the mail: %d %q", p.Status, p.Location)
		}
		for path, want := range map[string]string{
			"/account": "/login", "/authorize/" + handle: "/login?request=" + handle, "/login?request=" + handle: "/login/second?request=" + handle,
		} {
			if p := b.Get(n, path); p.Status != http.StatusSeeOther || p.Location != want {
				t.Errorf("%s: %d %q", path, p.Status, p.Location)
			}
		}
		if b.Cookie(n, "symbolon_session") != "" {
			t.Error("there is a session")
		}
	})
}

func TestEmptyPostsChangeNothing(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n, key := d.Node(), d.EnrolApp("u_ada")
		b := logintest.NewBrowser(t)
		handle, _ := b.Authorize(n)
		b.Click(n, "mail", "u_ada", handle)
		for range 20 { // more than there are tries: none of these is one
			b.Post(n, "/login/totp", nil)
			b.Enter(n, "totp", "", handle)
			b.Post(n, "/login/recovery", nil)
			b.Enter(n, "recovery", "", handle)
			b.Post(n, "/login/click/mail", nil)
		}
		if b.SignedIn(n) {
			t.Fatal("signed in by empty forms")
		}
		if p := b.Follow(n, b.Enter(n, "totp", d.Code(key, 0), handle)); p.Body != "u_ada " {
			t.Errorf("the right code afterwards: %d %.40q", p.Status, p.Body)
		}
	})
}

func TestOnlyCodesOfTheStepsAroundNowAreTaken(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n, key := d.Node(), d.EnrolApp("u_ada")
		for steps, right := range map[int64]bool{-3: false, -2: false, 2: false, 3: false, -1: true, 0: true, 1: true} {
			d.Clock.Add(5 * time.Minute)
			b := logintest.NewBrowser(t)
			b.Click(n, "mail", "u_ada", "")
			p := b.Enter(n, "totp", d.Code(key, steps), "")
			if b.SignedIn(n) != right || !right && p.Status != http.StatusBadRequest {
				t.Errorf("%+d steps: %d", steps, p.Status)
			}
			d.Clock.Add(20 * time.Minute)
		}
	})
}

// variants are other spellings of one code.
func variants(code string) map[string]string {
	wide := strings.Map(func(c rune) rune { return c - '0' + '\uff10' }, code)
	arabic := strings.Map(func(c rune) rune { return c - '0' + '\u0660' }, code)
	return map[string]string{
		"same": code, "before": " " + code, "after": code + " ", "inside": code[:3] + " " + code[3:], "tab": "\t" + code + "\n",
		"full width": wide, "arabic": arabic, "padded": "0" + code, "signed": "+" + code, "short": code[1:],
	}
}

func TestUsedCodeIsRefusedInEverySpelling(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n, key := d.Node(), d.EnrolApp("u_ada")
		code := d.Code(key, 0)
		first := logintest.NewBrowser(t)
		first.Click(n, "mail", "u_ada", "")
		first.Enter(n, "totp", code, "")
		if !first.SignedIn(n) {
			t.Fatal("the code did not work at all")
		}
		for name, again := range variants(code) {
			b := logintest.NewBrowser(t)
			b.Click(n, "mail", "u_ada", "")
			if p := b.Enter(n, "totp", again, ""); p.Status < 400 || b.SignedIn(n) {
				t.Errorf("%s: %d", name, p.Status)
			}
		}
	})
}

func TestCodeIsTakenWithSpacesAndInNoOtherScript(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n, key := d.Node(), d.EnrolApp("u_ada")
		for _, name := range []string{"full width", "arabic", "padded", "signed", "short"} {
			b := logintest.NewBrowser(t)
			b.Click(n, "mail", "u_ada", "")
			if p := b.Enter(n, "totp", variants(d.Code(key, 0))[name], ""); p.Status != http.StatusBadRequest || b.SignedIn(n) {
				t.Errorf("%s: %d", name, p.Status)
			}
		}
		for _, name := range []string{"before", "after", "inside", "tab"} {
			d.Clock.Add(time.Minute)
			b := logintest.NewBrowser(t)
			b.Click(n, "mail", "u_ada", "")
			if p := b.Enter(n, "totp", variants(d.Code(key, 0))[name], ""); !b.SignedIn(n) {
				t.Errorf("%s: %d", name, p.Status)
			}
		}
	})
}

func TestOneCodeOnTwoNodesAtOnceStartsOneSession(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		key := d.EnrolApp("u_ada")
		nodes := []*logintest.Node{d.Node(), d.Node()}
		for range 5 {
			d.Clock.Add(20 * time.Minute)
			code := d.Code(key, 0)
			if err := d.DB.EndUserSessions(t.Context(), "u_ada", "", d.Clock.Now()); err != nil {
				t.Fatal(err)
			}
			browsers := make([]*logintest.Browser, 30)
			for i := range browsers {
				browsers[i] = logintest.NewBrowser(t)
				browsers[i].Click(nodes[i%2], "mail", "u_ada", "")
			}
			var all sync.WaitGroup
			for i, b := range browsers {
				all.Go(func() { b.Enter(nodes[i%2], "totp", code, "") })
			}
			all.Wait()
			if sessions, err := d.DB.UserSessions(t.Context(), "u_ada"); err != nil || len(sessions) != 1 {
				t.Fatalf("%d sessions, %v", len(sessions), err)
			}
		}
	})
}

func TestUsedStepStaysUsedWhenTheClockJumpsBack(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n, key := d.Node(), d.EnrolApp("u_ada")
		d.Clock.Add(2 * time.Hour)
		first, second := logintest.NewBrowser(t), logintest.NewBrowser(t)
		first.Click(n, "mail", "u_ada", "")
		first.Enter(n, "totp", d.Code(key, 0), "")
		d.Clock.Add(-time.Hour)
		second.Click(n, "mail", "u_ada", "")
		if p := second.Enter(n, "totp", d.Code(key, 0), ""); p.Status != http.StatusBadRequest || second.SignedIn(n) {
			t.Errorf("an older step: %d", p.Status)
		}
	})
}

func TestParallelGuessesAreJudgedFiveTimesAnAttemptAndTenInAll(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		key := d.EnrolApp("u_ada")
		d.RecoveryCodes("u_ada")
		nodes := []*logintest.Node{d.Node(), d.Node()}
		eve := logintest.NewBrowser(t)
		guess := func() (judged int) {
			eve.Click(nodes[0], "mail", "u_ada", "")
			var all sync.WaitGroup
			for i := range 100 {
				all.Go(func() { eve.Enter(nodes[i%2], "totp", wrong(d, key), "") })
				all.Go(func() { eve.Enter(nodes[i%2], "recovery", "0000-0000-0000-0", "") })
			}
			all.Wait()
			events, err := d.DB.Events(t.Context(), audit.Filter{Type: audit.SignIn, Limit: 5000})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range events {
				if e.Reason == "wrong_code" && e.UserID == "u_ada" {
					judged++
				}
			}
			return judged
		}
		if judged := guess(); judged != 5 {
			t.Errorf("one attempt: %d guesses were judged", judged)
		}
		guess()
		if judged := guess(); judged != 10 {
			t.Errorf("three attempts: %d guesses were judged", judged)
		}
		ada := logintest.NewBrowser(t)
		ada.Click(nodes[0], "mail", "u_ada", "")
		if p := ada.Enter(nodes[0], "totp", d.Code(key, 0), ""); p.Status != http.StatusTooManyRequests || p.Header.Get("Retry-After") != "900" || ada.SignedIn(nodes[0]) {
			t.Errorf("the right code while locked: %d, come back after %q", p.Status, p.Header.Get("Retry-After"))
		}
		d.Clock.Add(16 * time.Minute)
		ada.Click(nodes[0], "mail", "u_ada", "")
		if ada.Enter(nodes[0], "totp", d.Code(key, 0), ""); !ada.SignedIn(nodes[0]) {
			t.Error("locked for longer than a quarter of an hour")
		}
	})
}

func wrong(d *logintest.Deployment, key string) string {
	right := map[string]bool{d.Code(key, -1): true, d.Code(key, 0): true, d.Code(key, 1): true}
	for _, guess := range []string{"000000", "111111", "222222", "333333"} {
		if !right[guess] {
			return guess
		}
	}
	return ""
}

func TestSessionsOfTheAppSaySo(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n, key := d.Node(), d.EnrolApp("u_ada")
		b := logintest.NewBrowser(t)
		b.Click(n, "mail", "u_ada", "")
		b.Enter(n, "totp", d.Code(key, 0), "")
		s := d.Session("u_ada")
		if s.ACR != "urn:symbolon:acr:mfa" || strings.Join(s.AMR, " ") != "mail mfa otp" {
			t.Errorf("acr %q, amr %q", s.ACR, s.AMR)
		}
	})
}
