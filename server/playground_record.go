package server

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/symbolon-id/symbolon/templates"
)

// recording carries a relying party's calls, and remembers each as the playground shows it.
type recording struct {
	mu  sync.Mutex
	all []templates.PlaygroundStep
}

func (c *recording) add(step templates.PlaygroundStep) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, step)
}

func (c *recording) steps() []templates.PlaygroundStep {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.all)
}

const maxShown = 1 << 20 // bytes

// RoundTrip makes the call.
func (c *recording) RoundTrip(r *http.Request) (*http.Response, error) {
	form := formOf(r)
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxShown))
	_ = response.Body.Close()
	response.Body = io.NopCloser(bytes.NewReader(body))
	c.add(templates.PlaygroundStep{
		Title: callTitle(r.URL.Path, form), Method: r.Method, URL: r.URL.String(), Request: shownRequest(r, form),
		Response: response.Status + "\n\n" + indent(body), Decoded: decodeTokens(body),
	})
	return response, err
}

func formOf(r *http.Request) string {
	if r.GetBody == nil {
		return ""
	}
	body, err := r.GetBody()
	if err != nil {
		return ""
	}
	defer func() { _ = body.Close() }()
	form, _ := io.ReadAll(io.LimitReader(body, maxShown))
	return string(form)
}

func callTitle(path, form string) string {
	switch {
	case strings.Contains(path, "/.well-known/"):
		return "Discovery"
	case strings.HasSuffix(path, "/jwks"):
		return "Keys"
	case strings.HasSuffix(path, "/userinfo"):
		return "Userinfo"
	case strings.Contains(form, "grant_type=refresh_token"):
		return "Refresh"
	}
	return "Code for tokens"
}

// shownRequest leaves out the credentials.
func shownRequest(r *http.Request, form string) string {
	switch scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " "); scheme {
	case "Basic":
		return "Authorization: Basic (client id and secret)\n\n" + lines(form)
	case "Bearer":
		return "Authorization: Bearer (the access token)"
	}
	return lines(form)
}

func lines(query string) string { return strings.ReplaceAll(query, "&", "\n&") }

// decodeTokens takes the signed tokens of an answer apart.
func decodeTokens(body []byte) []templates.DecodedToken {
	var fields map[string]any
	if json.Unmarshal(body, &fields) != nil {
		return nil
	}
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
