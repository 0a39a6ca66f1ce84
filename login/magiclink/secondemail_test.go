package magiclink_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/storage"
)

const secondEmail = "ada@second.example"

func (d *deployment) giveSecond(t *testing.T, email string) {
	t.Helper()
	proof := storage.Spent{Kind: "test", Value: storage.NewID(""), Until: time.Now().Add(time.Hour)}
	if err := d.DB.SetSecondEmail(t.Context(), "u_ada", email, proof, time.Now()); err != nil {
		t.Fatal(err)
	}
}

func TestLinkDiesWithTheSecondAddress(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		d.giveSecond(t, secondEmail)
		n, ada := d.node(t), logintest.NewBrowser(t)
		ask(ada, n, secondEmail, "")
		link, _ := d.last(t)
		if err := d.DB.DropSecondEmail(t.Context(), "u_ada", secondEmail, time.Now()); err != nil {
			t.Fatal(err)
		}
		if p := ada.Post(n, link, nil); p.Status != http.StatusForbidden || ada.SignedIn(n) {
			t.Errorf("status %d", p.Status)
		}
	})
}

// To read the second address' mail says nothing of the first, which applications learn.
func TestSecondAddressSignsInLikeTheFirstAndVerifiesNothing(t *testing.T) {
	for _, open := range []bool{false, true} {
		everywhere(t, func(t *testing.T, d *deployment) {
			d.open = open
			d.giveSecond(t, secondEmail)
			before, err := d.DB.User(t.Context(), "u_ada")
			if err != nil {
				t.Fatal(err)
			}
			before.EmailVerified = false
			if err := d.DB.UpdateUser(t.Context(), before); err != nil {
				t.Fatal(err)
			}
			n, ada := d.node(t), logintest.NewBrowser(t)
			handle, _ := ada.Authorize(n)
			ask(ada, n, "ADA@second.example", handle)
			if to := d.Sent()[len(d.Sent())-1].To; to != "ADA@second.example" {
				t.Errorf("the mail went to %s", to)
			}
			link, _ := d.last(t)
			if p := ada.Follow(n, ada.Post(n, link, nil)); p.Body != "u_ada " {
				t.Errorf("registration %v: %q", open, p.Body)
			}
			after, err := d.DB.User(t.Context(), "u_ada")
			if err != nil || after.EmailVerified || after.Email != before.Email {
				t.Errorf("registration %v: %+v, %v", open, after, err)
			}
			if users, err := d.DB.Users(t.Context(), "", storage.Page{}); err != nil || len(users) != 2 { // Ada and Bob
				t.Errorf("%d users, %v", len(users), err)
			}
		})
	}
}
