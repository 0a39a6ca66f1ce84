package totp_test

import (
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/login/logintest"
)

// A double click, a nervous finger, a program that repeats: more submissions of a right code than an
// attempt has tries must not shut its owner out.
func TestOfManyParallelSubmissionsOfARightCodeOneSignsIn(t *testing.T) {
	logintest.Everywhere(t, func(t *testing.T, d *logintest.Deployment) {
		key := d.EnrolApp("u_ada")
		nodes := []*logintest.Node{d.Node(), d.Node()}
		for round := range 8 {
			d.Clock.Add(time.Hour) // another step, and tries anew
			ada := logintest.NewBrowser(t)
			ada.Click(nodes[0], "mail", "u_ada", "")
			code := d.Code(key, 0)
			var all sync.WaitGroup
			for i := range 6 + round {
				all.Go(func() { ada.Enter(nodes[i%2], "totp", code, "") })
			}
			all.Wait()
			if sessions, err := d.DB.UserSessions(t.Context(), "u_ada"); err != nil || len(sessions) != 1 {
				t.Fatalf("round %d: %d sessions, %v", round, len(sessions), err)
			}
			if !ada.SignedIn(nodes[0]) {
				t.Fatalf("round %d: the browser is not signed in", round)
			}
			if err := d.DB.EndUserSessions(t.Context(), "u_ada", "", d.Clock.Now()); err != nil {
				t.Fatal(err)
			}
		}
	})
}
