package provider

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

func (s *server) refresh(c login, token string, more ...[2]string) *answer {
	s.t.Helper()
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}
	for _, m := range more {
		form.Set(m[0], m[1])
	}
	return s.post("/token", form, c)
}

// successor refreshes and returns the next refresh token.
func (s *server) successor(c login, token string) string {
	s.t.Helper()
	a := s.refresh(c, token)
	next, _ := a.json(s.t, "refresh_token").(string)
	if a.StatusCode != http.StatusOK || next == "" {
		s.t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	return next
}

func TestForeignAndForgedRefreshTokensChangeNothing(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, stranger := s.app(), s.app()
		first := s.person("ada").tokens(app).RefreshToken
		live := s.successor(app, s.successor(app, first))
		s.wait(time.Hour) // a genuine replay of first would end the family now

		parts := strings.Split(live, ".")
		for name, token := range map[string]string{
			"an access token":        s.agentToken(s.agent()),
			"a code":                 storage.CodePrefix + "ABC",
			"a forged ancestor":      parts[0] + ".1." + parts[2],
			"another spelling":       parts[0] + ".0" + parts[1] + "." + parts[2],
			"a generation to come":   parts[0] + ".9." + parts[2],
			"generation zero":        parts[0] + ".0." + parts[2],
			"a negative generation":  parts[0] + ".-1." + parts[2],
			"one character more":     live + "A",
			"the last bits altered":  live[:len(live)-1] + string(live[len(live)-1]^1),
			"no grant":               storage.RefreshPrefix + "g_NONE." + parts[1] + "." + parts[2],
			"nothing of ours at all": "x",
		} {
			if a := s.refresh(app, token); a.StatusCode != http.StatusBadRequest || a.json(t, "error") != "invalid_grant" {
				t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
			}
		}
		s.refresh(stranger, live).refused(t, http.StatusBadRequest, "invalid_grant")
		s.refresh(stranger, first).refused(t, http.StatusBadRequest, "invalid_grant")
		s.refresh(login{id: app.id, secret: "wrong"}, live).refused(t, http.StatusUnauthorized, "invalid_client")
		s.successor(app, live)
	})
}

func TestReusedRefreshTokenEndsTheFamily(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(), s.person("ada")
		tokens := ada.tokens(app)
		second := s.successor(app, tokens.RefreshToken)
		third := s.successor(app, second)
		s.refresh(app, tokens.RefreshToken).refused(t, http.StatusBadRequest, "invalid_grant")
		s.refresh(app, third).refused(t, http.StatusBadRequest, "invalid_grant")
		s.inspected(app, tokens.AccessToken).inactive(t)
		if e := s.recorded.last(t, audit.RefreshReused); e.UserID != ada.user.ID || e.ClientID != app.id {
			t.Errorf("recorded %+v", e)
		}
	})
}

func TestRetryAfterTheWindowIsReuse(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app()
		first := s.person("ada").tokens(app).RefreshToken
		second := s.successor(app, first)
		s.wait(31 * time.Second)
		s.refresh(app, first).refused(t, http.StatusBadRequest, "invalid_grant")
		s.refresh(app, second).refused(t, http.StatusBadRequest, "invalid_grant")
	})
}

// The response was lost: the same client asks again and gets the same successor, not a second branch.
func TestRetryGetsTheSameSuccessor(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app()
		first := s.person("ada").tokens(app).RefreshToken
		second := s.successor(app, first)
		s.wait(29 * time.Second)
		if again := s.successor(app, first); again != second {
			t.Fatalf("a retry made another successor")
		}
		s.successor(app, second)
	})
}

// The processes of an agent host share a store: the last one to look finds out half an hour later that
// another one has refreshed. All of them get the one successor.
func TestProcessesOfOneHostGetOneSuccessor(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		host, other := s.app(func(c *storage.Client) { c.RefreshRetry = 30 * time.Minute }), s.app()
		first, elsewhere := s.person("ada").tokens(host).RefreshToken, s.person("bob").tokens(other).RefreshToken
		second := s.successor(host, first)
		s.successor(other, elsewhere)
		s.wait(29 * time.Minute)
		s.refresh(other, elsewhere).refused(t, http.StatusBadRequest, "invalid_grant")
		var others atomic.Int32
		won := s.race(t, 32, func() *answer {
			a := s.refresh(host, first)
			if a.json(t, "refresh_token") != second {
				others.Add(1)
			}
			return a
		})
		if won != 32 || others.Load() != 0 {
			t.Fatalf("%d of 32 succeeded, %d with another successor", won, others.Load())
		}
		s.wait(2 * time.Minute)
		s.refresh(host, first).refused(t, http.StatusBadRequest, "invalid_grant")
		s.refresh(host, second).refused(t, http.StatusBadRequest, "invalid_grant")
		if e := s.recorded.last(t, audit.RefreshReused); e.ClientID != host.id {
			t.Errorf("%+v", e)
		}
	})
}

func TestStrictRotationAllowsNoRetry(t *testing.T) {
	s := newServerAt(t, storagetest.SQLite(t), "", func(c *Config) { c.RefreshRetry = 0 })
	app := s.app()
	first := s.person("ada").tokens(app).RefreshToken
	s.successor(app, first)
	s.wait(time.Millisecond)
	s.refresh(app, first).refused(t, http.StatusBadRequest, "invalid_grant")
}

// Sixty-four at once make one successor.
func TestParallelRefreshesLeaveOneSuccessor(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app()
		token := s.person("ada").tokens(app).RefreshToken
		for range 5 {
			var mu sync.Mutex
			successors := map[string]bool{}
			won := s.race(t, 64, func() *answer {
				a := s.refresh(app, token)
				if next, ok := a.json(t, "refresh_token").(string); ok {
					mu.Lock()
					successors[next] = true
					mu.Unlock()
				}
				return a
			})
			if won != 64 || len(successors) != 1 {
				t.Fatalf("%d of 64 succeeded, with %d successors", won, len(successors))
			}
			for token = range successors {
			}
		}
	})
}

// Whichever comes first, afterwards nothing is alive.
func TestRevocationDuringRefreshesLeavesNothingAlive(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(), s.person("ada")
		for range 10 {
			tokens := ada.tokens(app)
			latest := make(chan string, 8)
			var done sync.WaitGroup
			for range 8 {
				done.Go(func() {
					if next, ok := s.refresh(app, tokens.RefreshToken).json(t, "refresh_token").(string); ok {
						latest <- next
					}
				})
			}
			s.revokes(app, tokens.RefreshToken).ok(t)
			done.Wait()
			close(latest)
			for next := range latest {
				s.refresh(app, next).refused(t, http.StatusBadRequest, "invalid_grant")
			}
			s.inspected(app, tokens.AccessToken).inactive(t)
		}
	})
}

func TestScopeOnlyNarrows(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app()
		token := s.person("ada").tokens(app, [2]string{"scope", "openid email"}).RefreshToken
		s.refresh(app, token, [2]string{"scope", "openid profile"}).refused(t, http.StatusBadRequest, "invalid_scope")
		s.refresh(app, token, [2]string{"scope", "OPENID"}).refused(t, http.StatusBadRequest, "invalid_scope")
		narrowed := s.refresh(app, token, [2]string{"scope", "email"})
		if narrowed.json(t, "scope") != "email" || narrowed.json(t, "id_token") != nil {
			t.Errorf("narrowed to %s", narrowed.body)
		}
		// The family keeps what was granted.
		whole := s.refresh(app, narrowed.json(t, "refresh_token").(string))
		if whole.json(t, "scope") != "email openid" || whole.json(t, "id_token") == nil {
			t.Errorf("after narrowing: %s", whole.body)
		}
	})
}

func TestWhatIsTakenFromTheClientIsGoneAtTheNextToken(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		const first, second = "https://one.example", "https://two.example/"
		app := s.app(func(c *storage.Client) { c.Audiences = []string{first, second} })
		ada, more := s.person("ada"), [2]string{"scope", "openid email"}
		tokens := ada.tokens(app, more)
		both := ada.open(s.authorizeURL(app, more) + "&resource=" + first + "&resource=" + second).location(t).Query().Get("code")
		one, offline := ada.tokens(app, [2]string{"resource", first}), ada.tokens(app, [2]string{"scope", "openid offline_access"})
		change := func(change func(c *storage.Client)) {
			c := s.client(app.id)
			change(&c)
			s.must(s.db.UpdateClient(s.ctx(), &c))
		}
		change(func(c *storage.Client) { c.Scopes, c.Audiences = []string{"openid"}, []string{"https://two.example"} })
		for what, left := range map[string]struct {
			answer   *answer
			audience oauth.Audience
		}{
			"code, both named":             {s.redeem(app, both), oauth.Audience{"https://two.example"}},
			"refresh token, nothing named": {s.refresh(app, tokens.RefreshToken), oauth.Audience{"https://two.example", s.Issuer}},
		} {
			claims, _ := s.Provider.tokens.OpenAccess(left.answer.tokens(t).AccessToken)
			if claims.Scope != "openid" || !slices.Equal(claims.Audience, left.audience) {
				t.Errorf("%s: %+v", what, claims)
			}
		}
		for _, none := range []string{one.RefreshToken, offline.RefreshToken} {
			s.refresh(app, none).refused(t, http.StatusBadRequest, "invalid_grant")
			s.inspected(app, none).inactive(t)
		}
		change(func(c *storage.Client) { c.Scopes = []string{"profile"} })
		s.refresh(app, tokens.RefreshToken).refused(t, http.StatusBadRequest, "invalid_grant")
		change(func(c *storage.Client) { c.Scopes, c.Audiences = []string{"openid"}, []string{first} }) // a refusal ends nothing
		s.refresh(app, one.RefreshToken).tokens(t)
	})
}

func TestRefreshOfSomebodyGoneIsRefused(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		for name, end := range map[string]func(app login, b *browser){
			"user disabled": func(_ login, b *browser) { s.must(s.db.SetUserDisabled(s.ctx(), b.user.ID, s.now())) },
			"user deleted":  func(_ login, b *browser) { s.must(s.db.DeleteUser(s.ctx(), b.user.ID)) },
			"session ended": func(_ login, b *browser) { b.endSessions() },
			"idle too long": func(login, *browser) { s.wait(25 * time.Hour) },
			"consent withdrawn": func(app login, b *browser) {
				s.must(s.db.WithdrawConsent(s.ctx(), b.user.ID, app.id))
			},
		} {
			t.Run(name, func(t *testing.T) {
				app, b := s.app(), s.person(storage.NewID("p"))
				tokens := b.tokens(app)
				end(app, b)
				s.refresh(app, tokens.RefreshToken).refused(t, http.StatusBadRequest, "invalid_grant")
				s.inspected(app, tokens.AccessToken).inactive(t)
			})
		}
	})
}

// Used every day, a family still ends.
func TestFamilyEndsAtItsAbsoluteLimit(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app()
		token := s.person("ada").tokens(app, [2]string{"scope", "openid offline_access"}).RefreshToken
		for range 29 {
			s.wait(23 * time.Hour)
			token = s.successor(app, token)
		}
		s.wait(23 * time.Hour)
		token = s.successor(app, token)
		s.wait(23 * time.Hour)
		token = s.successor(app, token)
		s.wait(23 * time.Hour)
		s.refresh(app, token).refused(t, http.StatusBadRequest, "invalid_grant")
	})
}

func TestOfflineFamilyOutlivesItsSession(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, ada := s.app(), s.person("ada")
		token := ada.tokens(app, [2]string{"scope", "openid offline_access"}).RefreshToken
		ada.endSessions()
		s.successor(app, token)
	})
}

// The ID token of a refresh states the same authentication (OpenID Connect Core section 12.2).
func TestIDTokenOfARefresh(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app()
		tokens := s.person("ada").tokens(app, [2]string{"nonce", "n-1"})
		s.wait(5 * time.Second)
		first, next := claimsOf(t, tokens.IDToken), claimsOf(t, s.refresh(app, tokens.RefreshToken).json(t, "id_token").(string))
		for _, name := range []string{"iss", "sub", "aud", "auth_time", "sid"} {
			if first[name] == nil || first[name] != next[name] {
				t.Errorf("%s: %v, then %v", name, first[name], next[name])
			}
		}
		if first["nonce"] != "n-1" || next["nonce"] != nil || first["iat"] == next["iat"] {
			t.Errorf("%v, then %v", first, next)
		}
	})
}

func TestRefreshStatements(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app := s.app()
		token := s.person("ada").tokens(app).RefreshToken
		before := s.db.Stats()
		s.successor(app, token)
		if used := spentSince(before, s.db.Stats()); used.Statements > 3 || used.Commits > 1 {
			t.Errorf("a refresh took %+v, at most 3 statements and 1 commit are allowed", used)
		}
	})
}
