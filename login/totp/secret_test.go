package totp_test

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/storage"
)

func TestSeedThatDoesNotOpenIsSaidAndCostsNoTry(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		key, codes := d.EnrolApp("u_ada"), d.RecoveryCodes("u_ada")
		d.Configure("another one")
		n, b := d.Node(), logintest.NewBrowser(t)
		b.Click(n, "mail", "u_ada", "")
		for range 12 {
			p := b.Enter(n, "totp", d.Code(key, 0), "")
			if p.Status != http.StatusServiceUnavailable || !strings.Contains(p.Body, "We can’t check app codes right now.") || b.SignedIn(n) {
				t.Fatalf("%d", p.Status)
			}
		}
		if b.Enter(n, "recovery", codes[0], ""); !b.SignedIn(n) {
			t.Error("the other way does not work any more")
		}
		d.Configure("another one", "not random")
		n, b = d.Node(), logintest.NewBrowser(t)
		b.Click(n, "mail", "u_ada", "")
		if b.Enter(n, "totp", d.Code(key, 0), ""); !b.SignedIn(n) {
			t.Error("with its secret back the code does not work")
		}
	})
}

func TestUsedSeedMovesToTheNewSecretAndTheOldOneCanGo(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		key := d.EnrolApp("u_ada")
		for i, secrets := range [][]string{{"not random"}, {"a new one", "not random"}, {"a new one"}} {
			before := seedOf(t, d)
			d.Configure(secrets...)
			n, b := d.Node(), logintest.NewBrowser(t)
			b.Click(n, "mail", "u_ada", "")
			if b.Enter(n, "totp", d.Code(key, 0), ""); !b.SignedIn(n) {
				t.Fatalf("with %v", secrets)
			}
			if moved := !bytes.Equal(before, seedOf(t, d)); moved != (i == 1) {
				t.Errorf("with %v: sealed anew %v", secrets, moved)
			}
			d.Clock.Add(time.Minute)
		}
	})
}

// Codes of one app on many nodes at once, while it moves: each step signs in once, the seed stays one
// that opens.
func TestSeedThatMovesIsUsedByManyAtOnce(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		key := d.EnrolApp("u_ada")
		d.Configure("a new one", "not random")
		nodes := []*logintest.Node{d.Node(), d.Node()}
		var all sync.WaitGroup
		for i, b := range ready(t, nodes, 6) {
			all.Go(func() { b.Enter(nodes[i%2], "totp", d.Code(key, 0), "") })
		}
		all.Wait()
		if sessions, err := d.DB.UserSessions(t.Context(), "u_ada"); err != nil || len(sessions) != 1 {
			t.Fatalf("%d sessions, %v", len(sessions), err)
		}
		d.Clock.Add(time.Minute)
		d.Configure("a new one")
		n, b := d.Node(), logintest.NewBrowser(t)
		b.Click(n, "mail", "u_ada", "")
		if b.Enter(n, "totp", d.Code(key, 0), ""); !b.SignedIn(n) {
			t.Error("the seed is lost")
		}
	})
}

func TestProposalWhoseSecretIsGoneIsBegunAgain(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		who := storage.User{ID: "u_ada", Email: "ada@example.com"}
		if _, _, err := d.Enrolment.Propose(t.Context(), who); err != nil {
			t.Fatal(err)
		}
		d.Configure("another one")
		if _, err := d.Enrolment.Confirm(t.Context(), who, "123456"); !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("confirmed: %v", err)
		}
		d.EnrolApp("u_ada")
	})
}

func seedOf(t *testing.T, d *logintest.Deployment) []byte {
	t.Helper()
	app, err := d.DB.TOTP(t.Context(), "u_ada")
	if err != nil {
		t.Fatal(err)
	}
	return app.Seed
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
