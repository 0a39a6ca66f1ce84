package e2e

import (
	"strings"
	"testing"
)

func TestInvitationIsTheFirstSignIn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		email := lab.seen.address("grete." + strings.ToLower(random()[:12]) + "@example.com")
		d.create(t, "user", "--email", email, "--invite")
		invited := d.post.await(t, email, 1)
		_, rest, _ := strings.Cut(invited.text, d.issuer+"/login/invitation/")
		token := lab.seen.secret("invitation", strings.Fields(rest)[0])
		v, link := d.visitor(t), d.issuer+"/login/invitation/"+token
		if v.follow(v.submit(v.get(link), "/login/invitation/")); !v.signedIn() {
			t.Fatal("the link of the invitation signs in no one")
		}
		if again := d.visitor(t); again.get(link).has("/login/invitation") {
			t.Error("the link is good for another sign-in")
		}
	})
}
