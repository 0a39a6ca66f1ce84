package recovery_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/login/logintest"
)

func TestUsedCodeIsRefusedInEverySpelling(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n := d.Node()
		d.EnrolApp("u_ada")
		codes := d.RecoveryCodes("u_ada")
		for name, spelled := range spellings(codes[0]) {
			codes = d.RecoveryCodes("u_ada")
			spelled = spellings(codes[0])[name]
			b := logintest.NewBrowser(t)
			b.Click(n, "mail", "u_ada", "")
			if p := b.Enter(n, "recovery", spelled, ""); !b.SignedIn(n) {
				t.Errorf("%s: %d", name, p.Status)
			}
			again := logintest.NewBrowser(t)
			again.Click(n, "mail", "u_ada", "")
			if p := again.Enter(n, "recovery", codes[0], ""); p.Status != http.StatusBadRequest || again.SignedIn(n) {
				t.Errorf("%s, used: %d", name, p.Status)
			}
			d.Clock.Add(20 * time.Minute)
		}
	})
}

// spellings are what people make of a code.
func spellings(code string) map[string]string {
	return map[string]string{
		"as shown": code, "upper": strings.ToUpper(code), "no dashes": strings.ReplaceAll(code, "-", ""),
		"spaces":             " " + strings.ReplaceAll(code, "-", " ") + "\n",
		"letters for digits": strings.NewReplacer("0", "O", "1", "l").Replace(code),
		"other letters":      strings.NewReplacer("0", "o", "1", "I").Replace(code),
	}
}

func TestCodeOfAnotherUserOrAnOlderSetIsRefused(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n := d.Node()
		d.EnrolApp("u_ada")
		bobs, old := d.RecoveryCodes("u_bob"), d.RecoveryCodes("u_ada")
		d.RecoveryCodes("u_ada")
		b := logintest.NewBrowser(t)
		b.Click(n, "mail", "u_ada", "")
		for name, code := range map[string]string{"bob's": bobs[0], "old": old[0]} {
			if p := b.Enter(n, "recovery", code, ""); p.Status != http.StatusBadRequest || b.SignedIn(n) {
				t.Errorf("%s: %d", name, p.Status)
			}
		}
	})
}

func TestCodeAloneSignsNobodyIn(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n := d.Node()
		codes := d.RecoveryCodes("u_ada")
		b := logintest.NewBrowser(t)
		if p := b.Enter(n, "recovery", codes[0], ""); p.Location != "/login" || b.SignedIn(n) {
			t.Errorf("%d %q", p.Status, p.Location)
		}
		if left, err := d.Codes.Left(t.Context(), "u_ada"); err != nil || left != 10 {
			t.Errorf("%d codes left, %v", left, err)
		}
	})
}

func TestOneCodeOnTwoNodesAtOnceStartsOneSession(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		d.EnrolApp("u_ada")
		nodes := []*logintest.Node{d.Node(), d.Node()}
		for _, code := range d.RecoveryCodes("u_ada")[:4] {
			if err := d.DB.EndUserSessions(t.Context(), "u_ada", "", d.Clock.Now()); err != nil {
				t.Fatal(err)
			}
			var all sync.WaitGroup
			for i, b := range ready(t, nodes, 9) { // fewer than the tries there are
				all.Go(func() { b.Enter(nodes[i%2], "recovery", code, "") })
			}
			all.Wait()
			if sessions, err := d.DB.UserSessions(t.Context(), "u_ada"); err != nil || len(sessions) != 1 {
				t.Fatalf("%d sessions, %v", len(sessions), err)
			}
			d.Clock.Add(20 * time.Minute)
		}
	})
}

// ready are browsers where Ada's first factor is proven.
func ready(t *testing.T, nodes []*logintest.Node, count int) []*logintest.Browser {
	browsers := make([]*logintest.Browser, count)
	for i := range browsers {
		browsers[i] = logintest.NewBrowser(t)
		browsers[i].Click(nodes[i%len(nodes)], "mail", "u_ada", "")
	}
	return browsers
}

func TestTwoCodesAtOnceBothWork(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		d.EnrolApp("u_ada")
		nodes, codes := []*logintest.Node{d.Node(), d.Node()}, d.RecoveryCodes("u_ada")
		browsers := ready(t, nodes, 2)
		var all sync.WaitGroup
		for i, b := range browsers {
			all.Go(func() { b.Enter(nodes[i], "recovery", codes[i], "") })
		}
		all.Wait()
		if !browsers[0].SignedIn(nodes[0]) || !browsers[1].SignedIn(nodes[1]) {
			t.Error("one of the two did not work")
		}
		if left, err := d.Codes.Left(t.Context(), "u_ada"); err != nil || left != 8 {
			t.Errorf("%d codes left, %v", left, err)
		}
	})
}

func TestWhoeverUsedACodeIsToldByMail(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n := d.Node()
		d.EnrolApp("u_ada")
		codes := d.RecoveryCodes("u_ada")
		b := logintest.NewBrowser(t)
		b.Click(n, "mail", "u_ada", "")
		b.Enter(n, "recovery", "0000-0000-0000-0", "")
		if len(d.Notices()) != 0 {
			t.Fatal("a wrong code sent a mail")
		}
		b.Enter(n, "recovery", codes[0], "")
		sent := d.Notices()
		if len(sent) != 1 || sent[0].To != "ada@example.com" || !strings.Contains(sent[0].Sentence.String(), "You have 9 left.") {
			t.Fatalf("%d mails", len(sent))
		}
		if strings.Contains(sent[0].Sentence.String(), codes[0]) {
			t.Error("the mail repeats the code")
		}
		if s := d.Session("u_ada"); s.ACR != "urn:symbolon:acr:mfa" {
			t.Errorf("acr %q", s.ACR)
		}
	})
}

func TestCodesAreTenDifferentOnesOf65Bits(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		seen := map[string]bool{}
		for range 20 {
			for _, code := range d.RecoveryCodes("u_ada") {
				if len(code) != len("xxxx-xxxx-xxxx-x") || strings.Trim(code, "0123456789abcdefghjkmnpqrstvwxyz-") != "" {
					t.Fatalf("code of %d characters", len(code))
				}
				seen[code] = true
			}
		}
		if len(seen) != 200 {
			t.Errorf("%d different codes of 200", len(seen))
		}
	})
}
