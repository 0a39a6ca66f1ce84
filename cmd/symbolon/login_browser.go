package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"runtime"
	"time"
)

// tokenAnswer is RFC 6749 section 5.1.
type tokenAnswer struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"`
	Scope        string `json:"scope"`
	RefreshToken string `json:"refresh_token"`
	IDToken      string `json:"id_token"`
}

// byBrowser is the authorization code flow with PKCE of a native app (RFC 8252).
func (l *loginWalk) byBrowser(ctx context.Context) (answer tokenAnswer, err error) {
	if l.issuer.Authorization == "" {
		return answer, errors.New("the issuer names no authorization_endpoint")
	}
	listener, redirect, err := listenFor(l.wish.redirect)
	if err != nil {
		return answer, err
	}
	c := newCallback(redirect, l.issuer)
	server := &http.Server{Handler: c, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(listener) }()
	defer func() {
		// The browser still waits for the last words.
		patience, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = server.Shutdown(patience)
	}()
	verifier := rand.Text() + rand.Text()
	l.nonce = rand.Text()
	l.open(ctx, l.authorizeURL(redirect.String(), c.state, verifier))
	select {
	case <-ctx.Done():
		return answer, ctx.Err()
	case response := <-c.responses:
		if response.err != nil {
			return answer, response.err
		}
		err = l.post(ctx, l.issuer.Token, url.Values{
			"grant_type": {"authorization_code"}, "code": {response.code},
			"redirect_uri": {redirect.String()}, "code_verifier": {verifier},
		}, &answer)
		return answer, err
	}
}

// listenFor takes the port of a loopback redirect URI, or any when it has none.
func listenFor(uri string) (net.Listener, *url.URL, error) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "http" || !isLoopbackHost(u.Hostname()) {
		return nil, nil, usagef("--redirect-uri %q is not on this machine: it begins with http://127.0.0.1, http://[::1] or http://localhost", uri)
	}
	port := u.Port()
	if port == "" {
		port = "0"
	}
	host := u.Hostname()
	if host == "localhost" {
		host = "127.0.0.1" // RFC 8252 section 8.3: a name can be made to mean another address
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, nil, fmt.Errorf("wait for the browser: %w", err)
	}
	_, port, _ = net.SplitHostPort(listener.Addr().String())
	u.Host = net.JoinHostPort(u.Hostname(), port)
	return listener, u, nil
}

func (l *loginWalk) authorizeURL(redirect, state, verifier string) string {
	challenge := sha256.Sum256([]byte(verifier))
	query := url.Values{
		"response_type": {"code"}, "client_id": {l.wish.clientID}, "redirect_uri": {redirect},
		"scope": {l.wish.scope}, "state": {state}, "nonce": {l.nonce},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
	}
	if l.wish.resource != "" {
		query.Set("resource", l.wish.resource)
	}
	address, err := url.Parse(l.issuer.Authorization)
	if err != nil {
		return l.issuer.Authorization
	}
	for name, values := range address.Query() {
		query[name] = values
	}
	address.RawQuery = query.Encode()
	return address.String()
}

// open shows the address, and hands it to the browser when somebody sits here.
func (l *loginWalk) open(ctx context.Context, address string) {
	l.say("Sign in at\n\n  %s\n", address)
	if l.wish.noBrowser || !l.terminal {
		return
	}
	opener := map[string]string{"darwin": "open", "windows": "explorer"}[runtime.GOOS]
	if cmd := exec.CommandContext(ctx, or(opener, "xdg-open"), address); cmd.Start() == nil { // else the address is there to be copied
		go func() { _ = cmd.Wait() }()
	}
}

// callback waits for the authorization response. What others send it is no reason to stop waiting.
type callback struct {
	path, state string
	issuer      *openIDProvider
	responses   chan authResponse
}

type authResponse struct {
	code string
	err  error
}

func newCallback(redirect *url.URL, op *openIDProvider) *callback {
	path := redirect.EscapedPath()
	if path == "" {
		path = "/"
	}
	return &callback{path, rand.Text(), op, make(chan authResponse, 1)}
}

func (c *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if r.Method != http.MethodGet || r.URL.EscapedPath() != c.path || subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(c.state)) != 1 {
		http.Error(w, "This is not the answer that symbolon login waits for.", http.StatusBadRequest)
		return
	}
	response := authResponse{query.Get("code"), c.judge(query)}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	if response.err != nil {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintln(w, "That did not work; the terminal says why.")
	} else {
		_, _ = fmt.Fprintln(w, "You are signed in. Close this window and go back to the terminal.")
	}
	select {
	case c.responses <- response:
	default: // it was answered before
	}
}

// judge is RFC 6749 section 4.1.2 with RFC 9207.
func (c *callback) judge(query url.Values) error {
	iss, told := query.Get("iss"), query.Has("iss")
	switch {
	case told && iss != c.issuer.Issuer, !told && c.issuer.SendsIssuer:
		return fmt.Errorf("the answer is from %q, not from %s: somebody mixes issuers up", iss, c.issuer.Issuer)
	case query.Get("error") != "":
		return oauthRefusal{query.Get("error"), query.Get("error_description")}
	case query.Get("code") == "":
		return errors.New("the answer holds no code")
	}
	return nil
}
