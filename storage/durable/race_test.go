package durable_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

const rounds = 8

func TestCodeSpentByManyHasOneWinner(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for range rounds {
			g := w.addGrant()
			won := w.winners(32, storage.ErrSpent, func(int) error { return w.SpendCode(w.ctx, g.ID, w.now, w.now.Add(time.Hour)) })
			if won != 1 {
				t.Fatalf("%d of 32 spent the code", won)
			}
		}
	})
}

func TestRotationByManyMovesOneGeneration(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		g := w.redeemed()
		for generation := int64(1); generation <= rounds; generation++ {
			won := w.winners(32, storage.ErrSpent, func(int) error {
				return w.RotateGrant(w.ctx, g.ID, generation, w.now, w.now.Add(time.Hour))
			})
			if won != 1 {
				t.Fatalf("%d of 32 rotated generation %d", won, generation)
			}
		}
		if state, err := w.Grant(w.ctx, g.ID); err != nil || state.Generation != rounds+1 {
			t.Fatalf("generation %d after %d rotations, %v", state.Generation, rounds, err)
		}
	})
}

func TestLinkUsedByManyStartsOneSession(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for round := range rounds {
			link := storage.Spent{Kind: "mail", Value: fmt.Sprint("link", round), Until: w.now.Add(time.Hour)}
			won := w.winners(30, storage.ErrSpent, func(int) error {
				_, err := w.StartSession(w.ctx, storage.SignIn{Spend: []storage.Spent{link}, UserID: w.user.ID, Session: w.newSession()})
				return err
			})
			if won != 1 {
				t.Fatalf("%d of 30 signed in with one link", won)
			}
		}
		if sessions, err := w.UserSessions(w.ctx, w.user.ID); err != nil || len(sessions) != 1+rounds {
			t.Fatalf("%d sessions after %d links, %v", len(sessions), rounds, err)
		}
	})
}

func TestSingleUsesTakenInOppositeOrderNeverDeadlock(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for round := range rounds {
			a := storage.Spent{Kind: "mail", Value: fmt.Sprint("a", round), Until: w.now.Add(time.Hour)}
			b := storage.Spent{Kind: "request", Value: fmt.Sprint("b", round), Until: w.now.Add(time.Hour)}
			won := w.winners(8, storage.ErrSpent, func(i int) error {
				spend := []storage.Spent{a, b}
				if i%2 == 1 {
					spend = []storage.Spent{b, a}
				}
				_, err := w.StartSession(w.ctx, storage.SignIn{Spend: spend, UserID: w.user.ID, Session: w.newSession()})
				return err
			})
			if won != 1 {
				t.Fatalf("%d of 8 spent both", won)
			}
		}
	})
}

func TestConcurrentSignUpsOfOneAddressMakeOneUser(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		var ids sync.Map
		won := w.winners(30, nil, func(i int) error {
			u := storage.User{ID: storage.NewID(storage.UserPrefix), Email: []string{"new@example.org", "NEW@example.org"}[i%2], CreatedAt: w.now}
			got, err := w.StartSession(w.ctx, storage.SignIn{NewUser: &u, Verified: true, Session: w.newSession()})
			ids.Store(got.ID, true)
			return err
		})
		if won != 30 {
			t.Fatalf("%d of 30 signed in", won)
		}
		users, err := w.Users(w.ctx, "", storage.Page{})
		if err != nil || len(users) != 2 {
			t.Fatalf("%d users, want the first and the new one, %v", len(users), err)
		}
		n := 0
		ids.Range(func(any, any) bool { n++; return true })
		if n != 1 {
			t.Fatalf("the 30 signed in as %d different users", n)
		}
	})
}

func TestOfManyNodesOneAddsTheNextKey(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for serial := int64(1); serial <= rounds; serial++ {
			won := w.winners(16, storage.ErrExists, func(i int) error {
				return w.AddSigningKey(w.ctx, storage.SigningKey{
					KID: fmt.Sprintf("k%d-%d", serial, i), Alg: "ES256", Serial: serial, Sealed: []byte("s"), CreatedAt: w.now, SignsFrom: w.now,
				})
			})
			if won != 1 {
				t.Fatalf("%d of 16 added serial %d", won, serial)
			}
		}
	})
}

func TestEachMailIsClaimedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		const mails = 50
		for i := range mails {
			w.ok(w.AddMail(w.ctx, storage.Mail{ID: fmt.Sprint("m", i), Sealed: []byte("x"), CreatedAt: w.now, NextTryAt: w.now, ExpiresAt: w.now.Add(time.Hour)}))
		}
		var claims [mails]atomic.Int64
		w.winners(16, storage.ErrNotFound, func(int) error {
			for {
				m, err := w.ClaimMail(w.ctx, w.now, time.Minute)
				if err != nil {
					return err
				}
				var i int
				fmt.Sscanf(m.ID, "m%d", &i)
				claims[i].Add(1)
			}
		})
		for i := range claims {
			if n := claims[i].Load(); n != 1 {
				t.Errorf("mail %d was claimed %d times", i, n)
			}
		}
	})
}

func TestNeverMoreTriesThanTheLimit(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		var allowed atomic.Int64
		w.winners(200, nil, func(int) error {
			wait, err := w.CountFailure(w.ctx, "code:ada", 5, time.Minute, w.now)
			if wait == 0 {
				allowed.Add(1)
			}
			return err
		})
		if n := allowed.Load(); n != 5 {
			t.Fatalf("%d of 200 tries were allowed, the limit is 5", n)
		}
	})
}

// After a revocation returned, nothing that raced with it may be alive.
func TestNothingRotatesPastARevocation(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for range rounds {
			g := w.redeemed()
			var group sync.WaitGroup
			for range 8 {
				group.Go(func() {
					for generation := int64(1); w.RotateGrant(w.ctx, g.ID, generation, w.now, w.now.Add(time.Hour)) == nil; generation++ {
					}
				})
			}
			w.ok(w.RevokeGrant(w.ctx, g.ID, w.now, "test"))
			after, err := w.Grant(w.ctx, g.ID)
			w.ok(err)
			group.Wait()
			last, err := w.Grant(w.ctx, g.ID)
			w.ok(err)
			if after.Alive || last.Alive || last.Generation != after.Generation {
				t.Fatalf("alive %v then %v, generation %d then %d", after.Alive, last.Alive, after.Generation, last.Generation)
			}
			w.is(w.RotateGrant(w.ctx, g.ID, last.Generation, w.now, w.now.Add(time.Hour)), storage.ErrSpent)
			w.lives(g, false)
		}
	})
}

func TestConsentsGivenAtOnceAreAllKept(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		won := w.winners(20, nil, func(i int) error {
			return w.AddConsent(w.ctx, storage.Consent{
				UserID: w.user.ID, ClientID: w.client.ID, RedirectHost: "books.example",
				Scopes: []string{"openid", fmt.Sprintf("scope%02d", i), "email"}, GrantedAt: w.now,
			})
		})
		scopes, err := w.Consented(w.ctx, w.user.ID, w.client.ID, "books.example", "")
		if err != nil || won != 20 || len(scopes) != 22 {
			t.Fatalf("%d consents left %d scopes, want 22: %v", won, len(scopes), err)
		}
	})
}

func TestOneUseIsOneUseWhateverTheKind(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		jti := storage.Spent{Kind: "jti:c_1", Value: "x", Until: w.now.Add(time.Minute)}
		if won := w.winners(30, storage.ErrSpent, func(int) error { return w.Spend(w.ctx, jti) }); won != 1 {
			t.Fatalf("%d of 30 spent it", won)
		}
		jti.Kind = "jti:c_2" // another client's, which is another value
		w.ok(w.Spend(w.ctx, jti))
	})
}

func TestOneHandleMakesOneGrant(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for round := range rounds {
			handle := storage.Spent{Kind: "request", Value: fmt.Sprint("h", round), Until: w.now.Add(time.Hour)}
			won := w.winners(16, storage.ErrSpent, func(int) error { return w.AddGrant(w.ctx, w.newGrant(), handle) })
			if won != 1 {
				t.Fatalf("%d of 16 grants from one handle", won)
			}
			w.is(w.Spend(w.ctx, handle), storage.ErrSpent)
		}
	})
}
