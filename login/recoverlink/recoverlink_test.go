package recoverlink_test

import (
	"bytes"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/login/recoverlink"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

func sealer(t *testing.T, letter string) *keys.Sealer {
	t.Helper()
	s, err := keys.NewSealer(bytes.Repeat([]byte(letter), 32))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func node(t *testing.T, d *logintest.Deployment) *logintest.Node {
	return d.Node(&recoverlink.Method{Users: d.DB, Sealer: sealer(t, "a"), Now: d.Clock.Now})
}

// path is where the link leads.
func path(t *testing.T, l recoverlink.Link, letter string) string {
	t.Helper()
	token, err := l.Token(sealer(t, letter))
	if err != nil {
		t.Fatal(err)
	}
	return "/login/recover/" + token
}

func forAda(d *logintest.Deployment) recoverlink.Link {
	return recoverlink.New("u_ada", d.Clock.Now(), time.Hour)
}

func TestWhatIsNotOurLinkLetsNobodyIn(t *testing.T) {
	d := logintest.Deploy(t, storagetest.SQLite(t))
	n := node(t, d)
	good := path(t, forAda(d), "a")
	for what, bad := range map[string]string{
		"nothing of ours":  "/login/recover/x",
		"another prefix":   strings.Replace(good, "symbolon_rl_", "symbolon_ml_", 1),
		"cut":              good[:len(good)-1],
		"changed":          good[:len(good)-8] + "AAAAAAAA",
		"another secret":   path(t, forAda(d), "b"),
		"over":             path(t, recoverlink.New("u_ada", d.Clock.Now().Add(-time.Hour), time.Hour), "a"),
		"of nobody":        path(t, recoverlink.New("u_none", d.Clock.Now(), time.Hour), "a"),
		"very long":        "/login/recover/symbolon_rl_" + strings.Repeat("A", 4000),
		"no base64url":     good + "=",
		"another alphabet": "/login/recover/symbolon_rl_" + strings.Repeat("+", 100),
	} {
		b := logintest.NewBrowser(t)
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if p := b.Send(method, n.URL+bad, nil); p.Status != http.StatusGone {
				t.Errorf("%s: %s: %d", what, method, p.Status)
			}
		}
		if b.SignedIn(n) {
			t.Errorf("%s signs in", what)
		}
	}
}

func TestLinkWaitsForItsTime(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n, b := node(t, d), logintest.NewBrowser(t)
		link := path(t, recoverlink.New("u_ada", d.Clock.Now().Add(24*time.Hour), time.Hour), "a")
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if p := b.Send(method, n.URL+link, nil); p.Status != http.StatusForbidden || !strings.Contains(p.Body, "isn’t active yet") {
				t.Errorf("%s: %d", method, p.Status)
			}
		}
		events, err := d.DB.Events(t.Context(), audit.Filter{UserID: "u_ada", Type: audit.SignIn})
		if err != nil || len(events) != 1 || events[0].Reason != "too_early" || events[0].Outcome != audit.Refused {
			t.Errorf("%+v, %v", events, err)
		}
		d.Clock.Add(24 * time.Hour)
		if p := b.Post(n, link, nil); p.Status != http.StatusSeeOther || !b.SignedIn(n) {
			t.Errorf("in time: %d", p.Status)
		}
	})
}

func TestOpeningTheLinkChangesNothing(t *testing.T) {
	d := logintest.Deploy(t, storagetest.SQLite(t))
	n, b := node(t, d), logintest.NewBrowser(t)
	link := path(t, forAda(d), "a")
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodGet} {
		if p := b.Send(method, n.URL+link, nil); p.Status != http.StatusOK {
			t.Fatalf("%s: %d", method, p.Status)
		}
	}
	if b.SignedIn(n) {
		t.Fatal("opening signs in")
	}
	b.Header = http.Header{"Sec-Fetch-Site": {"cross-site"}}
	if p := b.Post(n, link, nil); p.Status != http.StatusForbidden {
		t.Errorf("from another site: %d", p.Status)
	}
}

func TestLinkLetsInWithoutWhatWasLost(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		d.Flow.Policy = login.Policy{SecondFactorRequired: true, MailOffForPasskeyUsers: true}
		d.EnrolApp("u_ada")
		d.AddPasskey("u_ada")
		n, b := node(t, d), logintest.NewBrowser(t)
		if p := b.Post(n, path(t, forAda(d), "a"), nil); p.Status != http.StatusSeeOther {
			t.Fatalf("%d", p.Status)
		}
		if !b.SignedIn(n) {
			t.Fatal("not signed in")
		}
		if s := d.Session("u_ada"); s.ACR != login.ACRMail || len(s.AMR) != 1 || s.AMR[0] != "recover" {
			t.Errorf("apps are told %s %v", s.ACR, s.AMR)
		}
		if f, err := d.DB.Factors(t.Context(), "u_ada"); err != nil || !f.TOTP || f.Passkeys != 1 {
			t.Errorf("what was enrolled is gone: %+v, %v", f, err)
		}
	})
}

func TestOfManyClicksOnTwoNodesOneSignsIn(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		nodes := []*logintest.Node{node(t, d), node(t, d)}
		link := path(t, forAda(d), "a")
		in := make(chan bool, 30)
		var racing sync.WaitGroup
		for i := range cap(in) {
			racing.Go(func() {
				b, n := logintest.NewBrowser(t), nodes[i%2]
				b.Post(n, link, nil)
				in <- b.SignedIn(n)
			})
		}
		racing.Wait()
		close(in)
		winners := 0
		for won := range in {
			if won {
				winners++
			}
		}
		if winners != 1 {
			t.Errorf("%d signed in", winners)
		}
	})
}

func TestLinkTakenBackLetsNobodyIn(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n, b, l := node(t, d), logintest.NewBrowser(t), forAda(d)
		if err := d.DB.Spend(t.Context(), recoverlink.Spend(l.ID, l.Until)); err != nil {
			t.Fatal(err)
		}
		if p := b.Post(n, path(t, l, "a"), nil); p.Status != http.StatusGone || b.SignedIn(n) {
			t.Errorf("%d", p.Status)
		}
	})
}

func TestDisabledPersonIsNotLetIn(t *testing.T) {
	d := logintest.Deploy(t, storagetest.SQLite(t))
	n, b := node(t, d), logintest.NewBrowser(t)
	if err := d.DB.SetUserDisabled(t.Context(), "u_ada", d.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	if p := b.Post(n, path(t, forAda(d), "a"), nil); p.Status != http.StatusForbidden || b.SignedIn(n) {
		t.Errorf("%d", p.Status)
	}
}

func TestLinkReadsBackAsItWasMade(t *testing.T) {
	l := recoverlink.New("u_ada", time.UnixMilli(1_800_000_000_000), time.Hour)
	s := sealer(t, "a")
	token, err := l.Token(s)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := recoverlink.Open(s, token); err != nil || got != l {
		t.Errorf("%+v, %v, want %+v", got, err, l)
	}
	if strings.Contains(token, "u_ada") || len(token) > 300 {
		t.Errorf("token %q", token)
	}
	if _, err := recoverlink.Open(s, token+"A"); err != storage.ErrNotFound {
		t.Errorf("longer: %v", err)
	}
}

func invitation(t *testing.T, d *logintest.Deployment) string {
	t.Helper()
	ada, err := d.DB.User(t.Context(), "u_ada")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Replace(path(t, recoverlink.Invite(ada, d.Clock.Now(), time.Hour), "a"), "/recover/", "/invitation/", 1)
}

func TestInvitationIsTheFirstSignIn(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		n, b := node(t, d), logintest.NewBrowser(t)
		link, other := invitation(t, d), invitation(t, d)
		if p := b.Get(n, link); p.Status != http.StatusOK || !strings.Contains(p.Body, "account is ready") || strings.Contains(p.Body, "Recover") {
			t.Fatalf("%d %s", p.Status, p.Body)
		}
		if p := b.Post(n, link, nil); p.Status != http.StatusSeeOther || !b.SignedIn(n) {
			t.Fatalf("%d", p.Status)
		}
		ada, err := d.DB.User(t.Context(), "u_ada")
		if s := d.Session("u_ada"); err != nil || !ada.EmailVerified || len(s.AMR) != 1 || s.AMR[0] != "mail" {
			t.Errorf("verified is %v, apps are told %v, %v", ada.EmailVerified, s.AMR, err)
		}
		for _, late := range []string{link, other} {
			finder := logintest.NewBrowser(t)
			if p := finder.Post(n, late, nil); p.Status != http.StatusGone || finder.SignedIn(n) {
				t.Errorf("after the first sign-in: %d", p.Status)
			}
		}
	})
}

func TestInvitationOpensNoAccountOfAnotherAddress(t *testing.T) {
	d := logintest.Deploy(t, storagetest.SQLite(t))
	n, b := node(t, d), logintest.NewBrowser(t)
	link := path(t, recoverlink.Invite(storage.User{ID: "u_ada", Email: "before@example.com"}, d.Clock.Now(), time.Hour), "a")
	if p := b.Post(n, link, nil); p.Status != http.StatusGone || b.SignedIn(n) {
		t.Errorf("%d", p.Status)
	}
}

func TestInvitationAsksForASecondStepWhereOneIsEnrolled(t *testing.T) {
	d := logintest.Deploy(t, storagetest.SQLite(t))
	link := invitation(t, d)
	d.EnrolApp("u_ada")
	n, b := node(t, d), logintest.NewBrowser(t)
	if b.Post(n, link, nil); b.SignedIn(n) {
		t.Error("signed in by the mailbox alone")
	}
}
