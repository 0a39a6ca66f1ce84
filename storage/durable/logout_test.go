package durable_test

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// notified makes a client that wants to be notified at its server.
func (w *world) notified(change ...func(*storage.Client)) storage.Client {
	w.t.Helper()
	c := w.newClient()
	c.BackchannelLogoutURI = "https://books.example/logout"
	for _, f := range change {
		f(&c)
	}
	w.ok(w.CreateClient(w.ctx, c))
	return c
}

func of(c storage.Client) func(*storage.Grant) { return func(g *storage.Grant) { g.ClientID = c.ID } }

func in(s storage.Session) func(*storage.Grant) { return func(g *storage.Grant) { g.SessionID = s.ID } }

// begun starts one more session of the user.
func (w *world) begun() storage.Session {
	w.t.Helper()
	s := w.newSession()
	_, err := w.StartSession(w.ctx, storage.SignIn{UserID: w.user.ID, Session: s})
	w.ok(err)
	return s
}

// notices claims everything that is queued: "session client", sorted.
func (w *world) notices() (all []string) {
	w.t.Helper()
	for {
		n, err := w.ClaimLogoutNotice(w.ctx, w.now, time.Minute)
		if err != nil {
			w.is(err, storage.ErrNotFound)
			slices.Sort(all)
			return all
		}
		if n.UserID != w.user.ID || n.Tries != 0 || !n.ExpiresAt.After(w.now) {
			w.t.Fatalf("%+v", n)
		}
		all = append(all, n.SessionID+" "+n.ClientID)
	}
}

func (w *world) wantNotices(what string, want ...string) {
	w.t.Helper()
	slices.Sort(want)
	if got := w.notices(); !slices.Equal(got, want) {
		w.t.Errorf("%s: %q are told, want %q", what, got, want)
	}
}

func TestOnlyClientsThatGotTokensInTheSessionAreTold(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		got, offlineOne, elsewhere, never, silent := w.notified(), w.notified(), w.notified(), w.notified(), w.newClient()
		w.ok(w.CreateClient(w.ctx, silent))
		front := w.notified(func(c *storage.Client) {
			c.BackchannelLogoutURI, c.FrontchannelLogoutURI = "", "https://books.example/front"
		})
		off := w.notified()
		other := w.begun()
		w.redeemed(of(got))
		revoked := w.redeemed(of(got)) // one notice for any number of grants
		w.ok(w.RevokeGrant(w.ctx, revoked.ID, w.now, "test"))
		w.redeemed(of(offlineOne), offline)
		w.redeemed(of(elsewhere), in(other))
		w.addGrant(of(never)) // the code was never redeemed
		w.redeemed(of(silent))
		w.redeemed(of(front))
		w.redeemed(of(off))
		w.ok(w.SetClientDisabled(w.ctx, off.ID, w.now))

		clients, err := w.FrontchannelClients(w.ctx, w.session.ID)
		if w.ok(err); len(clients) != 1 || clients[0].ID != front.ID || clients[0].FrontchannelLogoutURI != front.FrontchannelLogoutURI {
			t.Errorf("in the browser: %+v", clients)
		}
		w.wantNotices("nothing ended")
		w.ok(w.EndSession(w.ctx, w.session.ID, w.now))
		w.wantNotices("session ended", w.session.ID+" "+got.ID, w.session.ID+" "+offlineOne.ID)
		w.ok(w.EndSession(w.ctx, w.session.ID, w.now.Add(time.Second)))
		w.wantNotices("session ended again")
	})
}

// A key that a client publishes may have members of any name (RFC 7517 section 4).
func TestClientWhoseKeyNamesAnAddressIsNotTold(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		c := w.notified(func(c *storage.Client) {
			c.BackchannelLogoutURI = ""
			c.JWKS = json.RawMessage(`{"keys":[{"kty":"EC","backchannel_logout_uri":"https://books.example","frontchannel_logout_uri":"https://books.example","x":"\u0000\u0000\\u0000\\\ud800\udfff\ud800"}],"backchannel_logout_uri":"x"}`)
		})
		w.redeemed(of(c))
		clients, err := w.FrontchannelClients(w.ctx, w.session.ID)
		if w.ok(err); len(clients) != 0 {
			t.Errorf("in the browser: %+v", clients)
		}
		w.ok(w.EndSession(w.ctx, w.session.ID, w.now))
		w.wantNotices("session ended")
	})
}

func TestEveryWayASessionEndsTellsItsClients(t *testing.T) {
	for name, end := range map[string]func(w *world) error{
		"signed out":       func(w *world) error { return w.EndSession(w.ctx, w.session.ID, w.now) },
		"all signed out":   func(w *world) error { return w.EndUserSessions(w.ctx, w.user.ID, "", w.now) },
		"all but another":  func(w *world) error { return w.EndUserSessions(w.ctx, w.user.ID, "s_another", w.now) },
		"user disabled":    func(w *world) error { return w.SetUserDisabled(w.ctx, w.user.ID, w.now) },
		"user deleted":     func(w *world) error { return w.DeleteUser(w.ctx, w.user.ID) },
		"session replaced": func(w *world) error { return w.startInstead() },
		"too many sessions": func(w *world) error {
			for range 50 {
				w.now = w.now.Add(time.Millisecond)
				w.begun()
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				one, two := w.notified(), w.notified()
				w.redeemed(of(one))
				w.redeemed(of(two))
				w.ok(end(w))
				w.wantNotices(name, w.session.ID+" "+one.ID, w.session.ID+" "+two.ID)
			})
		})
	}
}

// startInstead has someone else sign in with the browser of the session.
func (w *world) startInstead() error {
	eve := w.newUser()
	s := w.newSession()
	s.UserID = eve.ID
	_, err := w.StartSession(w.ctx, storage.SignIn{UserID: eve.ID, Session: s, Replaces: w.session.ID})
	return err
}

func TestExceptedAndRaisedSessionsAreNotTold(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		c, other := w.notified(), w.begun()
		w.redeemed(of(c))
		w.redeemed(of(c), in(other))
		to := w.newSession()
		_, err := w.StartSession(w.ctx, storage.SignIn{UserID: w.user.ID, Session: to, Raises: w.session.ID})
		w.ok(err)
		w.wantNotices("stepped up")
		w.ok(w.EndUserSessions(w.ctx, w.user.ID, w.session.ID, w.now))
		w.wantNotices("all others ended", other.ID+" "+c.ID)
	})
}

func TestTransactionThatFailsTellsNobody(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		c, proof := w.notified(), w.once()
		w.redeemed(of(c))
		w.ok(w.Spend(w.ctx, proof))
		s := w.newSession()
		_, err := w.StartSession(w.ctx, storage.SignIn{UserID: w.user.ID, Session: s, Replaces: w.session.ID, Spend: []storage.Spent{proof}})
		w.is(err, storage.ErrSpent)
		w.wantNotices("a refused sign-in")
	})
}

// However many nodes end it at once, each client is notified once.
func TestManyEndOneSessionAndEachClientIsToldOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		var want []string
		for range 3 {
			c := w.notified()
			w.redeemed(of(c))
			want = append(want, w.session.ID+" "+c.ID)
		}
		claimed := make(chan string, 1000)
		ctx, stop := context.WithCancel(w.ctx)
		var workers sync.WaitGroup
		for range 4 { // they deliver while it is being ended
			workers.Go(func() { w.deliverAll(ctx, claimed) })
		}
		w.winners(24, nil, func(i int) error {
			switch i % 4 {
			case 0:
				return w.EndUserSessions(w.ctx, w.user.ID, "", w.now)
			case 1:
				return w.SetUserDisabled(w.ctx, w.user.ID, w.now)
			default:
				return w.EndSession(w.ctx, w.session.ID, w.now)
			}
		})
		time.Sleep(50 * time.Millisecond)
		stop()
		workers.Wait()
		got := w.notices()
		close(claimed)
		for one := range claimed {
			got = append(got, one)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%q are told, want %q", got, want)
		}
	})
}

func (w *world) deliverAll(ctx context.Context, claimed chan<- string) {
	for ctx.Err() == nil {
		n, err := w.ClaimLogoutNotice(w.ctx, w.now, time.Minute)
		if err != nil {
			continue
		}
		claimed <- n.SessionID + " " + n.ClientID
		if err := w.ForgetLogoutNotice(w.ctx, n); err != nil {
			w.t.Error(err)
		}
	}
}

func TestNoticeIsDueAgainWhenItsWorkerDies(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		c, quick := w.notified(), w.notified()
		w.redeemed(of(c))
		w.ok(w.EndSession(w.ctx, w.session.ID, w.now))
		claim := func(after time.Duration) storage.LogoutNotice {
			t.Helper()
			n, err := w.ClaimLogoutNotice(w.ctx, w.now.Add(after), time.Minute)
			w.ok(err)
			return n
		}
		none := func(after time.Duration) {
			t.Helper()
			_, err := w.ClaimLogoutNotice(w.ctx, w.now.Add(after), time.Minute)
			w.is(err, storage.ErrNotFound)
		}
		claim(0)
		none(59 * time.Second)
		n := claim(time.Minute)
		w.ok(w.RetryLogoutNotice(w.ctx, n, w.now.Add(10*time.Minute)))
		none(9 * time.Minute)
		if n = claim(10 * time.Minute); n.Tries != 1 {
			t.Fatalf("%+v", n)
		}
		w.ok(w.RetryLogoutNotice(w.ctx, n, w.now))
		next := w.begun()
		w.redeemed(of(c), in(next))
		w.redeemed(of(quick), in(next))
		w.ok(w.EndSession(w.ctx, next.ID, w.now))
		w.ok(w.PauseLogoutNotices(w.ctx, c.ID, w.now.Add(time.Hour)))
		if n := claim(0); n.ClientID != quick.ID {
			t.Fatalf("%+v was paused", n)
		}
		none(0)
		w.ok(w.ForgetLogoutNotice(w.ctx, claim(time.Hour)))
		if swept, err := w.Sweep(w.ctx, w.now.Add(23*time.Hour)); err != nil || swept != 0 {
			t.Fatalf("swept %d, %v", swept, err)
		}
		if swept, err := w.Sweep(w.ctx, w.now.Add(25*time.Hour)); err != nil || swept < 2 {
			t.Fatalf("swept %d, %v", swept, err)
		}
	})
}

func TestSigningOutCostsOneStatementMore(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.redeemed(of(w.notified()))
		ends := func() { w.ok(w.EndSession(w.ctx, w.session.ID, w.now)) }
		if got := w.cost(ends); got.Statements != 2 || got.Commits != 1 {
			t.Errorf("to end a session costs %+v", got)
		}
		if got := w.cost(ends); got.Statements != 1 {
			t.Errorf("to end it again costs %+v", got)
		}
		if got := w.cost(func() { w.ok(w.EndUserSessions(w.ctx, w.user.ID, "", w.now)) }); got.Statements != 1 {
			t.Errorf("to end none costs %+v", got)
		}
	})
}
