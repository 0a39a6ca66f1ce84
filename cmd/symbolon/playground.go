package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// playground is a small relying party in the same process: it walks the code flow as any
// application would, over HTTP, and shows every request, response and decoded token.
type playground struct {
	issuer, base string
	client       demoClient
	pages        *templates.Pages
	browser      web.Browser
	http         *http.Client

	mu    sync.Mutex
	walks map[string]*walk // by browser
}

// walk is one browser's code flow.
type walk struct {
	state, nonce, verifier string
	began                  time.Time
	steps                  []templates.PlaygroundStep
}

const walkLife = time.Hour

func newPlayground(issuer, base string, c demoClient, pages *templates.Pages, browser web.Browser) *playground {
	return &playground{
		issuer: issuer, base: base, client: c, pages: pages, browser: browser,
		http:  &http.Client{Timeout: 10 * time.Second},
		walks: map[string]*walk{},
	}
}

func (p *playground) Mount(mux *web.Mux) {
	mux.Page("GET "+p.base+"/dev/playground", p.show)
	mux.Page("GET "+p.base+"/dev/playground/start", p.start)
	mux.Page("GET "+p.base+"/dev/playground/callback", p.callback)
}

func (p *playground) redirectURI() string { return p.issuer + "/dev/playground/callback" }

func (p *playground) show(w http.ResponseWriter, r *http.Request) error {
	return p.render(w, p.walkOf(p.browser.ID(r)), nil)
}

func (p *playground) render(w http.ResponseWriter, so *walk, failed error) error {
	page := templates.Playground{StartURL: p.base + "/dev/playground/start"}
	if so != nil {
		page.Steps = so.steps
	}
	if failed != nil {
		page.Error = failed.Error()
	}
	return p.pages.Render(w, http.StatusOK, page)
}

func (p *playground) walkOf(browser string) *walk {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.walks[browser]
}

// start begins a walk and sends the browser to /authorize.
func (p *playground) start(w http.ResponseWriter, r *http.Request) error {
	begun := &walk{state: rand.Text(), nonce: rand.Text(), verifier: rand.Text() + rand.Text(), began: time.Now()}
	discovery, err := p.exchange("Discovery", begun, http.MethodGet, "/.well-known/openid-configuration", nil, "")
	if err != nil {
		return p.render(w, begun, err)
	}
	challenge := sha256.Sum256([]byte(begun.verifier))
	query := url.Values{
		"response_type": {"code"}, "client_id": {p.client.ID}, "redirect_uri": {p.redirectURI()},
		"scope": {"openid profile email offline_access"}, "state": {begun.state}, "nonce": {begun.nonce},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
	}
	endpoint, _ := discovery["authorization_endpoint"].(string)
	begun.steps = append(begun.steps, templates.PlaygroundStep{
		Title: "Authorization request", Method: http.MethodGet, URL: endpoint,
		Request: strings.ReplaceAll(query.Encode(), "&", "\n&"),
	})
	p.keep(p.browser.Ensure(w, r), begun)
	http.Redirect(w, r, endpoint+"?"+query.Encode(), http.StatusSeeOther)
	return nil
}

// keep forgets old walks while it is at it.
func (p *playground) keep(browser string, begun *walk) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, old := range p.walks {
		if time.Since(old.began) > walkLife {
			delete(p.walks, id)
		}
	}
	p.walks[browser] = begun
}

// callback redeems the code, refreshes once and asks userinfo.
func (p *playground) callback(w http.ResponseWriter, r *http.Request) error {
	so := p.walkOf(p.browser.ID(r))
	if so == nil {
		return p.render(w, nil, errors.New("this browser has not started here: start again"))
	}
	answer := r.URL.Query()
	so.steps = append(so.steps, templates.PlaygroundStep{
		Title: "Authorization response", Method: http.MethodGet, URL: p.redirectURI(),
		Response: strings.ReplaceAll(answer.Encode(), "&", "\n&"),
	})
	switch {
	case answer.Get("state") != so.state:
		return p.render(w, so, errors.New("the state is not the one we sent: somebody else began this"))
	case answer.Get("iss") != p.issuer:
		return p.render(w, so, errors.New("the answer is from another issuer (RFC 9207)"))
	case answer.Get("error") != "":
		return p.render(w, so, errors.New("the answer is an error: start again"))
	}
	return p.render(w, so, p.redeem(so, answer.Get("code")))
}

func (p *playground) redeem(so *walk, code string) error {
	tokens, err := p.exchange("Code for tokens", so, http.MethodPost, "/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {code},
		"redirect_uri": {p.redirectURI()}, "code_verifier": {so.verifier},
	}, "")
	if err != nil {
		return err
	}
	access, _ := tokens["access_token"].(string)
	if _, err := p.exchange("Userinfo", so, http.MethodGet, "/userinfo", nil, access); err != nil {
		return err
	}
	refresh, _ := tokens["refresh_token"].(string)
	_, err = p.exchange("Refresh", so, http.MethodPost, "/token",
		url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}}, "")
	return err
}

// exchange makes one call as the demo client and adds it to the walk.
func (p *playground) exchange(title string, so *walk, method, path string, form url.Values, bearer string) (map[string]any, error) {
	request, err := http.NewRequest(method, p.issuer+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	shown := strings.ReplaceAll(form.Encode(), "&", "\n&")
	switch {
	case form != nil:
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.SetBasicAuth(url.QueryEscape(p.client.ID), url.QueryEscape(p.client.Secret))
		shown = "Authorization: Basic (client id and secret)\n\n" + shown
	case bearer != "":
		request.Header.Set("Authorization", "Bearer "+bearer)
		shown = "Authorization: Bearer (the access token)"
	}
	response, err := p.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", title, err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", title, err)
	}
	var fields map[string]any
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, fmt.Errorf("%s: %w", title, err)
	}
	so.steps = append(so.steps, templates.PlaygroundStep{
		Title: title, Method: method, URL: p.issuer + path, Request: shown,
		Response: response.Status + "\n\n" + indent(body), Decoded: decodeTokens(fields),
	})
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", title, response.Status)
	}
	return fields, nil
}

// decodeTokens takes the signed tokens of an answer apart. It shows; verifying is a client's job.
func decodeTokens(fields map[string]any) []templates.DecodedToken {
	var decoded []templates.DecodedToken
	for _, name := range []string{"access_token", "id_token"} {
		token, _ := fields[name].(string)
		parts := strings.Split(token, ".")
		if len(parts) != 3 {
			continue
		}
		header, _ := base64.RawURLEncoding.DecodeString(parts[0])
		claims, _ := base64.RawURLEncoding.DecodeString(parts[1])
		decoded = append(decoded, templates.DecodedToken{Name: name, Header: indent(header), Claims: indent(claims)})
	}
	return decoded
}

func indent(data []byte) string {
	var out bytes.Buffer
	if json.Indent(&out, data, "", "  ") != nil {
		return string(data)
	}
	return out.String()
}
