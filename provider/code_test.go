package provider

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// redeemWith answers POST /token with the code and some parameters changed; "" omits one.
func (s *server) redeemWith(c login, code string, more ...[2]string) *answer {
	s.t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {verifier}}
	for _, m := range more {
		if form.Set(m[0], m[1]); m[1] == "" {
			form.Del(m[0])
		}
	}
	return s.post("/token", form, c)
}

// A presentation that does not fit what the code is bound to is refused and changes nothing: the
// right one still works afterwards.
func TestCodeIsBoundAndNotBurntByAWrongPresentation(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, stranger, ada := s.app(), s.app(), s.person("ada")
		code := ada.code(app)
		other := strings.Replace(verifier, "v", "w", 1)
		for name, more := range map[string][][2]string{
			"wrong verifier":     {{"code_verifier", other}},
			"no verifier":        {{"code_verifier", ""}},
			"short verifier":     {{"code_verifier", verifier[:42]}},
			"long verifier":      {{"code_verifier", strings.Repeat("v", 129)}},
			"strange verifier":   {{"code_verifier", verifier + "+"}},
			"challenge as such":  {{"code_verifier", challengeOf(verifier)}},
			"other redirect_uri": {{"redirect_uri", callback + "/"}},
			"truncated":          {{"code", code[:len(code)-1]}},
			"longer":             {{"code", code + "A"}},
			"lower case":         {{"code", strings.ToLower(code)}},
			"with a line feed":   {{"code", code + "\n"}},
			"a refresh token":    {{"code", storage.RefreshPrefix + "x.1.y"}},
			"last character":     {{"code", code[:len(code)-1] + string(code[len(code)-1]^1)}},
		} {
			t.Run(name, func(t *testing.T) {
				s.redeemWith(app, code, more...).refused(t, http.StatusBadRequest, "invalid_grant")
			})
		}
		s.redeem(stranger, code).refused(t, http.StatusBadRequest, "invalid_grant")
		s.redeemWith(app, code, [2]string{"resource", "https://other.example"}).refused(t, http.StatusBadRequest, "invalid_target")
		s.redeemWith(app, code, [2]string{"code", ""}).refused(t, http.StatusBadRequest, "invalid_request")
		s.redeem(app, code).ok(t)
	})
}

// Wrong verifier, then none: fosite's own handler would issue tokens for the second.
func TestVerifierCannotBeLeftOutAfterAWrongOne(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app()
		code := s.person("ada").code(app)
		s.redeemWith(app, code, [2]string{"code_verifier", strings.Repeat("x", 43)}).refused(t, http.StatusBadRequest, "invalid_grant")
		s.redeemWith(app, code, [2]string{"code_verifier", ""}).refused(t, http.StatusBadRequest, "invalid_grant")
		s.redeemWith(app, code, [2]string{"code_verifier", strings.Repeat("y", 43)}).refused(t, http.StatusBadRequest, "invalid_grant")
		s.redeem(app, code).ok(t)
	})
}

// An attacker has stripped the challenge from the authorization request of a client for which PKCE is
// optional: its verifier gives that away.
func TestVerifierWithoutAChallengeIsRefused(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app := s.app(func(c *storage.Client) { c.PKCEOptional = true })
	none := [][2]string{{"code_challenge", ""}, {"code_challenge_method", ""}}
	ada := s.person("ada")
	s.redeem(app, ada.code(app, none...)).refused(t, http.StatusBadRequest, "invalid_grant")
	s.redeemWith(app, ada.code(app, none...), [2]string{"code_verifier", ""}).ok(t)
}

func TestExpiredCodeIsRefusedAndNoReplay(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app()
		code := s.person("ada").code(app)
		s.wait(61 * time.Second)
		s.redeem(app, code).refused(t, http.StatusBadRequest, "invalid_grant")
		for _, e := range s.recorded.events {
			if e.Type == audit.CodeReplayed {
				t.Error("an expired code was taken for a replay")
			}
		}
	})
}

func TestReplayedCodeEndsEverythingIssuedFromIt(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, stranger, ada := s.app(), s.app(), s.person("ada")
		code := ada.code(app)
		first := s.redeem(app, code)
		first.ok(t)
		access, refresh := first.json(t, "access_token").(string), first.json(t, "refresh_token").(string)

		// Forged and foreign presentations of a used code are no replay.
		s.redeem(stranger, code).refused(t, http.StatusBadRequest, "invalid_grant")
		s.redeemWith(app, code, [2]string{"code_verifier", strings.Repeat("x", 43)}).refused(t, http.StatusBadRequest, "invalid_grant")
		s.redeem(app, code[:len(code)-1]+"0").refused(t, http.StatusBadRequest, "invalid_grant")
		s.inspected(app, access).active(t)

		s.redeem(app, code).refused(t, http.StatusBadRequest, "invalid_grant")
		s.inspected(app, access).inactive(t)
		s.refresh(app, refresh).refused(t, http.StatusBadRequest, "invalid_grant")
		if e := s.recorded.last(t, audit.CodeReplayed); e.UserID != ada.user.ID {
			t.Errorf("recorded %+v", e)
		}
	})
}

// Of many presentations at once exactly one gets tokens, and no loser an error of ours.
func TestCodeIsSpentOnceHoweverManyPresentIt(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(), s.person("ada")
		for range 10 {
			code := ada.code(app)
			won := s.race(t, 16, func() *answer { return s.redeem(app, code) })
			if won != 1 {
				t.Fatalf("%d presentations of one code got tokens", won)
			}
		}
	})
}

// race calls do from n goroutines at once and counts the successes; every other answer must be the
// ordinary refusal.
func (s *server) race(t *testing.T, n int, do func() *answer) (won int) {
	t.Helper()
	answers := make(chan *answer, n)
	var start, done sync.WaitGroup
	start.Add(1)
	for range n {
		done.Go(func() {
			start.Wait()
			answers <- do()
		})
	}
	start.Done()
	done.Wait()
	close(answers)
	for a := range answers {
		if a.StatusCode == http.StatusOK {
			won++
			continue
		}
		a.refused(t, http.StatusBadRequest, "invalid_grant")
	}
	return won
}

func TestCodeOfSomebodyGoneIsRefused(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		for name, end := range map[string]func(app login, b *browser){
			"user disabled": func(_ login, b *browser) { s.must(s.db.SetUserDisabled(s.ctx(), b.user.ID, s.now())) },
			"user deleted":  func(_ login, b *browser) { s.must(s.db.DeleteUser(s.ctx(), b.user.ID)) },
			"consent withdrawn": func(app login, b *browser) {
				s.must(s.db.WithdrawConsent(s.ctx(), b.user.ID, app.id))
			},
			"session ended": func(_ login, b *browser) { b.endSessions() },
		} {
			t.Run(name, func(t *testing.T) {
				app, b := s.app(), s.person(storage.NewID("p"))
				code := b.code(app)
				end(app, b)
				s.redeem(app, code).refused(t, http.StatusBadRequest, "invalid_grant")
			})
		}
	})
}

func (b *browser) endSessions() {
	b.s.t.Helper()
	sessions, err := b.s.db.UserSessions(b.s.ctx(), b.user.ID)
	b.s.must(err)
	for _, one := range sessions {
		b.s.must(b.s.db.EndSession(b.s.ctx(), one.ID, b.s.now()))
	}
}

// spentSince returns what reached the database between two counts.
func spentSince(before, after durable.Stats) durable.Stats {
	return durable.Stats{
		Statements: after.Statements - before.Statements,
		Writes:     after.Writes - before.Writes,
		Commits:    after.Commits - before.Commits,
	}
}

// What the code flow writes with a live session: one grant, one code spent.
func TestCodeFlowStatements(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(), s.person("ada")
		ada.code(app) // signs in
		before := s.db.Stats()
		s.redeem(app, ada.code(app)).ok(t)
		if used := spentSince(before, s.db.Stats()); used.Statements > 8 || used.Commits > 2 {
			t.Errorf("a code flow took %+v, at most 8 statements and 2 commits are allowed", used)
		}
	})
}
