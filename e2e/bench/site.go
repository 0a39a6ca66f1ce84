package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

const (
	discoveryPath = "/.well-known/openid-configuration"
	callback      = "https://app.example/cb"
)

// site is a server as its callers see it, over connections that are kept.
type site struct {
	url    string
	client *http.Client
}

func newSite(url string, callers int) site {
	return site{url, &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: callers, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (s site) close() { s.client.CloseIdleConnections() }

type credentials struct{ id, secret string }

// answer is a response read to its end, or why there is none.
type answer struct {
	status int
	header http.Header
	body   []byte
	err    error
}

func (s site) get(path string, header ...string) answer {
	return s.send(http.MethodGet, path, "", header...)
}

// post sends a form, authenticated when credentials are given.
func (s site) post(path string, form url.Values, c credentials, header ...string) answer {
	header = append(header, "Content-Type", "application/x-www-form-urlencoded")
	if c.id != "" {
		form.Set("client_id", c.id)
		form.Set("client_secret", c.secret)
	}
	return s.send(http.MethodPost, path, form.Encode(), header...)
}

func (s site) send(method, path, body string, header ...string) answer {
	r, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		return answer{err: err}
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := s.client.Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, text, err}
}

// is says what is wrong when the answer has another status.
func (a answer) is(status int) error {
	if a.err == nil && a.status != status {
		return fmt.Errorf("got %d, want %d: %.300s", a.status, status, a.body)
	}
	return a.err
}

// read decodes a JSON answer.
func (a answer) read(into any) error {
	if err := a.is(http.StatusOK); err != nil {
		return err
	}
	return json.Unmarshal(a.body, into)
}

// location is where the answer leads, by redirect or by a page that refreshes.
func (a answer) location() (*url.URL, error) {
	if a.err != nil {
		return nil, a.err
	}
	to := a.header.Get("Location")
	if _, target, ok := strings.Cut(a.header.Get("Refresh"), "url="); ok {
		to = target
	}
	if to == "" {
		return nil, fmt.Errorf("%d leads nowhere: %.300s", a.status, a.body)
	}
	return url.Parse(to)
}

// code is the authorization code of a redirect to the application.
func (a answer) code() (string, error) {
	to, err := a.location()
	if err != nil {
		return "", err
	}
	if code := to.Query().Get("code"); code != "" {
		return code, nil
	}
	return "", fmt.Errorf("no code: sent to %s", to.Path)
}
