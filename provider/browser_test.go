package provider

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"github.com/symbolon-id/symbolon/storage"
)

// browser belongs to one person.
type browser struct {
	*http.Client
	s    *server
	user storage.User
}

// person opens an account, and a browser that signs in as soon as it is asked to.
func (s *server) person(name string) *browser {
	s.t.Helper()
	user := storage.User{ID: storage.NewID(storage.UserPrefix), Email: name + "@example.com", EmailVerified: true, Name: name, CreatedAt: s.now(), UpdatedAt: s.now()}
	s.must(s.db.CreateUser(s.ctx(), user))
	jar, err := cookiejar.New(nil)
	s.must(err)
	c := *s.http.Client()
	c.Jar = jar
	return &browser{&c, s, user}
}

// open sends a GET and goes on to our own pages, but to no other site's.
func (b *browser) open(target string) *answer {
	b.s.t.Helper()
	if !strings.HasPrefix(target, "http") {
		target = b.s.endpoint(target)
	}
	for range 10 {
		r := request(b.s.t, http.MethodGet, target, nil)
		r.Header.Set("X-Test-User", b.user.ID)
		a := send(b.s.t, b.Client, r)
		next := a.Header.Get("Location")
		if next == "" {
			return a
		}
		to, err := r.URL.Parse(next)
		b.s.must(err)
		if !strings.HasPrefix(to.String(), b.s.http.URL) {
			return a
		}
		target = to.String()
	}
	b.s.t.Fatal("redirects without end")
	return nil
}

// submit sends a form of ours.
func (b *browser) submit(path string, form url.Values) *answer {
	b.s.t.Helper()
	r := request(b.s.t, http.MethodPost, b.s.endpoint(path), form)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return send(b.s.t, b.Client, r)
}

const verifier = "verifier-verifier-verifier-verifier-verifier"

func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// authorizeURL returns a good request; more replaces its parameters, "" takes one out.
func (s *server) authorizeURL(c login, more ...[2]string) string {
	form := url.Values{
		"client_id": {c.id}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"openid"}, "state": {"state"},
		"code_challenge": {challengeOf(verifier)}, "code_challenge_method": {"S256"},
	}
	for _, m := range more {
		if form.Set(m[0], m[1]); m[1] == "" {
			form.Del(m[0])
		}
	}
	return "/authorize?" + form.Encode()
}

// code takes b through /authorize.
func (b *browser) code(c login, more ...[2]string) string {
	b.s.t.Helper()
	to := b.open(b.s.authorizeURL(c, more...)).location(b.s.t)
	code := to.Query().Get("code")
	if code == "" {
		b.s.t.Fatalf("no code: %s", to)
	}
	return code
}

// redeem answers POST /token with the code.
func (s *server) redeem(c login, code string) *answer {
	s.t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {verifier}}
	if c.secret == "" {
		form.Set("client_id", c.id)
		return s.post("/token", form)
	}
	return s.post("/token", form, c)
}

// tokens signs b in to c and returns what c gets.
func (b *browser) tokens(c login, more ...[2]string) (t tokenAnswer) {
	b.s.t.Helper()
	a := b.s.redeem(c, b.code(c, more...))
	if err := json.Unmarshal(a.body, &t); err != nil || t.AccessToken == "" {
		b.s.t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	return t
}
