package main

import (
	"crypto/sha256"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"time"
)

// target is a server under load, and what its callers hold.
type target struct {
	site
	pids           func() []int // whose CPU time counts
	agent, agentES credentials
	app, appES     credentials // first-party: nobody is asked to consent
	cookie         string      // of a browser that is signed in
}

const (
	scope    = "openid profile email offline_access"
	verifier = "verifier-verifier-verifier-verifier-verifier"
)

// newTarget registers two agents and two applications at a node, and signs a browser in.
func (b *bench) newTarget(n *node) (*target, error) {
	t := &target{site: newSite(n.issuer(), b.callers)}
	t.pids = func() []int { return append(n.database.pids(), n.process.pid()) }
	for _, client := range []struct {
		made *credentials
		args []string
	}{
		{&t.agent, []string{"agent", "create", "--name", "bench", "--scope", "read", "--audience", "https://api.example"}},
		{&t.agentES, []string{"agent", "create", "--name", "bench", "--scope", "read", "--audience", "https://api.example", "--signing-alg", "ES256"}},
		{&t.app, []string{"client", "create", "--name", "bench", "--redirect-uri", callback, "--first-party"}},
		{&t.appES, []string{"client", "create", "--name", "bench", "--redirect-uri", callback, "--first-party", "--signing-alg", "ES256"}},
	} {
		made, err := n.register(client.args...)
		if err != nil {
			return nil, err
		}
		*client.made = made
	}
	return t, b.signIn(t)
}

func authorizePath(c credentials) string {
	sum := sha256.Sum256([]byte(verifier))
	return "/authorize?" + url.Values{
		"client_id": {c.id}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {scope}, "state": {"state"},
		"nonce": {"nonce"}, "code_challenge": {encode(sum[:])}, "code_challenge_method": {"S256"},
	}.Encode()
}

var requestField = regexp.MustCompile(`name="request" value="([^"]+)"`)

// signIn signs a new account in by the code of a mail, and keeps the browser's cookies.
func (b *bench) signIn(t *target) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	browser := t.site
	client := *t.client
	client.Jar = jar
	browser.client = &client
	page, err := browser.get(authorizePath(t.app)).location()
	if err != nil {
		return err
	}
	field := requestField.FindSubmatch(browser.get(page.RequestURI()).body)
	if field == nil {
		return errors.New("sign-in page without a request")
	}
	request := string(field[1])
	form := url.Values{"request": {request}, "email": {"ada@example.com"}}
	if err := browser.post("/login/mail", form, credentials{}).is(http.StatusSeeOther); err != nil {
		return err
	}
	code, err := b.mailed()
	if err != nil {
		return err
	}
	form = url.Values{"request": {request}, "code": {code}}
	if err := browser.post("/login/mail/code", form, credentials{}).is(http.StatusSeeOther); err != nil {
		return err
	}
	return t.keepCookies(jar)
}

func (b *bench) mailed() (string, error) {
	select {
	case code := <-b.office.codes:
		return code, nil
	case <-time.After(10 * time.Second):
		return "", errors.New("no mail arrived")
	}
}

func (t *target) keepCookies(jar http.CookieJar) error {
	at, err := url.Parse(t.url)
	if err != nil {
		return err
	}
	for _, c := range jar.Cookies(at) {
		t.cookie += c.Name + "=" + c.Value + "; "
	}
	if t.cookie == "" {
		return errors.New("signed in without a cookie")
	}
	return nil
}

// tokens are what the token endpoint answers with.
type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

// tokens takes the browser that is signed in through the code flow.
func (t *target) tokens(c credentials) (got tokens, err error) {
	code, err := t.get(authorizePath(c), "Cookie", t.cookie).code()
	if err != nil {
		return got, err
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {verifier}}
	err = t.post("/token", form, c).read(&got)
	return got, err
}

// agentToken is what an agent gets as itself.
func (t *target) agentToken(c credentials) (got tokens, err error) {
	err = t.post("/token", url.Values{"grant_type": {"client_credentials"}}, c).read(&got)
	return got, err
}
