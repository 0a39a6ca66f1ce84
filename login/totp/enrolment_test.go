package totp_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/login/totp"
	"github.com/symbolon-id/symbolon/storage"
)

func ada() storage.User { return storage.User{ID: "u_ada", Email: "ada@example.com"} }

func TestWrongCodeConfirmsNothing(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		key, _, err := d.Enrolment.Propose(t.Context(), ada())
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range []string{"", wrong(d, key), d.Code(key, 3), "0" + d.Code(key, 0)} {
			if ok, err := d.Enrolment.Confirm(t.Context(), ada(), code); ok || err != nil {
				t.Errorf("%q: %v, %v", code, ok, err)
			}
		}
		if f, err := d.DB.Factors(t.Context(), "u_ada"); err != nil || f.TOTP {
			t.Errorf("%+v, %v", f, err)
		}
		b, n := logintest.NewBrowser(t), d.Node()
		if b.Click(n, "mail", "u_ada", ""); !b.SignedIn(n) {
			t.Error("an app that is only proposed is asked for")
		}
	})
}

func TestConfirmedAppIsNotReplaced(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		key := d.EnrolApp("u_ada")
		if _, _, err := d.Enrolment.Propose(t.Context(), ada()); !errors.Is(err, storage.ErrExists) {
			t.Errorf("propose: %v", err)
		}
		for name, err := range map[string]error{"proposed": second(d.Enrolment.Proposed(t.Context(), ada())), "confirm": confirm(t, d, key)} {
			if !errors.Is(err, storage.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func second(_, _ string, err error) error { return err }

func confirm(t *testing.T, d *logintest.Deployment, key string) error {
	_, err := d.Enrolment.Confirm(t.Context(), ada(), d.Code(key, 0))
	return err
}

func TestCodeThatConfirmedDoesNotSignIn(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		key, _, err := d.Enrolment.Propose(t.Context(), ada())
		if err != nil {
			t.Fatal(err)
		}
		if err := confirm(t, d, key); err != nil {
			t.Fatal(err)
		}
		b, n := logintest.NewBrowser(t), d.Node()
		b.Click(n, "mail", "u_ada", "")
		if p := b.Enter(n, "totp", d.Code(key, 0), ""); p.Status != 400 || b.SignedIn(n) {
			t.Errorf("%d", p.Status)
		}
	})
}

func TestProposalIsShownAgainAndReplacedByTheNext(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		key, uri, err := d.Enrolment.Propose(t.Context(), ada())
		if err != nil {
			t.Fatal(err)
		}
		if again, sameURI, err := d.Enrolment.Proposed(t.Context(), ada()); err != nil || again != key || sameURI != uri {
			t.Errorf("shown again: %v", err)
		}
		u, err := url.Parse(uri)
		if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Query().Get("secret") != key || !strings.Contains(u.Path, "ada@example.com") {
			t.Errorf("uri of scheme %q, %v", u.Scheme, err)
		}
		if len(key) != 32 {
			t.Errorf("the key has %d characters: 160 bits are 32", len(key))
		}
		if _, _, err := d.Enrolment.Propose(t.Context(), ada()); err != nil {
			t.Fatal(err)
		}
		if ok, err := d.Enrolment.Confirm(t.Context(), ada(), d.Code(key, 0)); ok || err != nil {
			t.Errorf("the replaced one was confirmed: %v", err)
		}
	})
}

func TestSeedIsSealedAndBoundToItsUser(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		key := d.EnrolApp("u_ada")
		kept, err := d.DB.TOTP(t.Context(), "u_ada")
		if err != nil || strings.Contains(string(kept.Seed), key) {
			t.Fatalf("kept in the clear, or %v", err)
		}
		err = d.DB.ProposeTOTP(t.Context(), storage.TOTP{UserID: "u_bob", Seed: kept.Seed, CreatedAt: d.Clock.Now()})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := d.Enrolment.Proposed(t.Context(), storage.User{ID: "u_bob"}); err == nil {
			t.Error("Ada's seed opens as Bob's")
		}
	})
}

func TestDroppedAppIsNotAskedFor(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		d.EnrolApp("u_ada")
		if err := d.Enrolment.Drop(t.Context(), "u_ada"); err != nil {
			t.Fatal(err)
		}
		b, n := logintest.NewBrowser(t), d.Node()
		if b.Click(n, "mail", "u_ada", ""); !b.SignedIn(n) {
			t.Error("not signed in")
		}
	})
}

func TestQRIsSquareWithItsFinders(t *testing.T) {
	code, err := totp.QR("otpauth://totp/x?secret=ABC")
	if err != nil || len(code) < 21 {
		t.Fatalf("%d rows, %v", len(code), err)
	}
	for _, row := range code {
		if len(row) != len(code) {
			t.Fatal("not square")
		}
	}
	last := len(code) - 1
	if !code[0][0] || !code[0][last] || !code[last][0] || !code[3][3] || code[1][1] {
		t.Error("no finder patterns in the corners")
	}
}
