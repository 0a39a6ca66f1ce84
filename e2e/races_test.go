package e2e

import (
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// rounds is how often a race is run: SYMBOLON_E2E_ROUNDS, or as often as the run has time for.
func rounds(t testing.TB, usual int) int {
	t.Helper()
	text := os.Getenv("SYMBOLON_E2E_ROUNDS")
	if text == "" {
		return usual
	}
	return must[int](t)(strconv.Atoi(text))
}

// crowd is how many take part in a round: from 2 to 32.
func crowd(round int) int { return []int{2, 4, 8, 16, 32, 3}[round%6] }

// race lets n callers start together, each at another node than its neighbour.
func race(n int, nodes []*node, run func(i int, at string)) {
	var ready, done sync.WaitGroup
	ready.Add(1)
	for i := range n {
		done.Go(func() {
			ready.Wait()
			run(i, nodes[i%len(nodes)].url())
		})
	}
	ready.Done()
	done.Wait()
}

// results collects what the racers got.
type results struct {
	mu      sync.Mutex
	replies []reply
	errors  []error
}

func (r *results) add(answer reply, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.replies = append(r.replies, answer)
	if err != nil {
		r.errors = append(r.errors, err)
	}
}

// won lists the successes, having checked that everybody else was refused in the ordinary way.
func (r *results) won(t testing.TB) []reply {
	t.Helper()
	var won []reply
	for _, err := range r.errors {
		t.Errorf("no answer: %v", err)
	}
	for _, answer := range r.replies {
		switch {
		case answer.status == http.StatusOK:
			won = append(won, answer)
		case answer.status != http.StatusBadRequest || answer.text("error") != "invalid_grant":
			t.Errorf("a loser got %d %s", answer.status, answer.body)
		}
	}
	return won
}

func TestCodeIsSpentOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, d *deployment) {
		a, who, v := d.app(t, "--first-party"), d.person(t), d.visitor(t)
		for round := range rounds(t, 100) {
			code, verifier := a.code(t, v, who)
			var all results
			race(crowd(round), d.nodes, func(_ int, at string) {
				all.add(call(a.http, at+"/token", a.registered, "grant_type", "authorization_code", "code", code,
					"redirect_uri", webCallback, "code_verifier", verifier))
			})
			won := all.won(t)
			if len(won) != 1 {
				t.Fatalf("round %d: %d callers redeemed one code", round, len(won))
			}
			// A code presented twice is stolen, whoever was first: what it gave is dead.
			if a.introspect(t, d.issuer, won[0].text("access_token")).active() {
				t.Fatalf("round %d: the tokens of a replayed code live on", round)
			}
		}
	})
}

func TestParallelRefreshesHaveOneSuccessor(t *testing.T) {
	onBoth(t, func(t *testing.T, d *deployment) {
		a, who := d.app(t), d.person(t)
		token := a.tokens(t, who).RefreshToken
		for round := range rounds(t, 100) {
			var all results
			race(crowd(round), d.nodes, func(_ int, at string) {
				all.add(call(a.http, at+"/token", a.registered, "grant_type", "refresh_token", "refresh_token", token))
			})
			successors := map[string]bool{}
			for _, answer := range all.won(t) {
				successors[answer.text("refresh_token")] = true
			}
			if len(successors) != 1 {
				t.Fatalf("round %d: %d successors of one refresh token", round, len(successors))
			}
			for token = range successors {
			}
		}
		if r := a.introspect(t, d.issuer, token); !r.active() {
			t.Errorf("the last successor is dead: %s", r.body)
		}
	})
}

func TestMailedLinkSignsInOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, d *deployment) {
		for round := range rounds(t, 15) {
			v, who := d.visitor(t), d.person(t)
			_, l := v.askForMail(d, v.get("/login"), who)
			path := strings.TrimPrefix(l.link, d.issuer)
			onceInBrowser(t, d, v, crowd(round), path, nil, http.StatusGone)
		}
	})
}

func TestMailedCodeSignsInOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, d *deployment) {
		for range rounds(t, 15) {
			v, who := d.visitor(t), d.person(t)
			_, l := v.askForMail(d, v.get("/login"), who)
			// Five tries are all a mail has: a sixth caller would void it.
			onceInBrowser(t, d, v, 5, "/login/mail/code", url.Values{"code": {l.code}}, http.StatusGone)
		}
	})
}

// onceInBrowser posts the same form many times from one browser, and wants one session. The others
// are led on, or get the answer to what is spent.
func onceInBrowser(t *testing.T, d *deployment, v *visitor, n int, path string, form url.Values, spent ...int) {
	t.Helper()
	cookies := v.http.Jar.Cookies(must[*url.URL](t)(url.Parse(d.issuer)))
	var all results
	race(n, d.nodes, func(_ int, at string) {
		r, err := http.NewRequest(http.MethodPost, at+path, strings.NewReader(form.Encode()))
		if err != nil {
			all.add(reply{}, err)
			return
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for _, c := range cookies {
			r.AddCookie(c)
		}
		client := httpClient() // without a jar in common: each answer is seen as it comes
		client.Transport = v.http.Transport
		p, err := sent(client, r)
		all.add(reply{page: p}, err)
	})
	sessions := 0
	for _, answer := range all.replies {
		for _, c := range (&http.Response{Header: answer.header}).Cookies() {
			if c.Name == "symbolon_session" && c.MaxAge >= 0 {
				lab.seen.secret("session", c.Value)
				sessions++
			}
		}
		if answer.status != http.StatusSeeOther && !slices.Contains(spent, answer.status) {
			t.Errorf("a racer got %d:\n%s", answer.status, answer.body)
		}
	}
	if sessions != 1 || len(all.errors) > 0 {
		t.Fatalf("%d sessions from one proof; %v", sessions, all.errors)
	}
}

func TestRefreshingAgainstRevokingLeavesNothingAlive(t *testing.T) {
	onBoth(t, func(t *testing.T, d *deployment) {
		a, who, v := d.app(t, "--first-party"), d.person(t), d.visitor(t)
		for range rounds(t, 20) {
			token, _ := a.tokensIn(t, v, who)
			againstRefreshes(t, d, a, token.RefreshToken, func(at string) {
				if r := a.call(t, at, "/revoke", "token", token.RefreshToken); r.status != 200 {
					t.Errorf("revoke: %d %s", r.status, r.body)
				}
			})
		}
	})
}

func TestRefreshingAgainstDisablingLeavesNothingAlive(t *testing.T) {
	onBoth(t, func(t *testing.T, d *deployment) {
		a := d.app(t, "--first-party")
		for range rounds(t, 5) {
			who := d.person(t)
			token := a.tokens(t, who)
			againstRefreshes(t, d, a, token.RefreshToken, func(string) { d.command(t, "user", "disable", who.id) })
		}
	})
}

// againstRefreshes lets end run among refreshes, and wants whatever those gave to be dead afterwards.
func againstRefreshes(t *testing.T, d *deployment, a *app, token string, end func(at string)) {
	t.Helper()
	var all results
	race(9, d.nodes, func(i int, at string) {
		if i == 4 {
			end(at)
			return
		}
		all.add(call(a.http, at+"/token", a.registered, "grant_type", "refresh_token", "refresh_token", token))
	})
	for _, answer := range all.won(t) {
		for _, kind := range []string{"access_token", "refresh_token"} {
			for _, n := range d.nodes {
				if a.introspect(t, n.url(), answer.text(kind)).active() {
					t.Fatalf("an %s outlived its end", kind)
				}
			}
		}
	}
	if r := a.refresh(t, d.issuer, token); r.status != 400 {
		t.Fatalf("refreshed after the end: %d", r.status)
	}
}

func TestTabsInParallelGetEachTheirOwnAnswer(t *testing.T) {
	onBoth(t, func(t *testing.T, d *deployment) {
		a, who, v := d.app(t, "--first-party"), d.person(t), d.visitor(t)
		a.tokensIn(t, v, who)
		requests := make([]request, 32)
		for i := range requests {
			requests[i] = a.begin()
		}
		race(len(requests), d.nodes, func(i int, at string) {
			r, err := http.NewRequest(http.MethodGet, at+strings.TrimPrefix(requests[i].url, d.issuer), nil)
			if err != nil {
				t.Error(err)
				return
			}
			p, err := sent(&http.Client{Transport: cookies{v, d.issuer}, CheckRedirect: v.http.CheckRedirect}, r)
			if err != nil || !strings.Contains(p.location, "state="+requests[i].state) || !strings.Contains(p.location, "code=") {
				t.Errorf("%v %d %s", err, p.status, p.location)
			}
			if u, err := url.Parse(p.location); err == nil {
				lab.seen.secret("code", u.Query().Get("code"))
			}
		})
	})
}

// cookies sends what the visitor's browser keeps for the issuer to any node.
type cookies struct {
	v      *visitor
	issuer string
}

func (c cookies) RoundTrip(r *http.Request) (*http.Response, error) {
	home, err := url.Parse(c.issuer)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	for _, cookie := range c.v.http.Jar.Cookies(home) {
		r.AddCookie(cookie)
	}
	return c.v.http.Transport.RoundTrip(r)
}
