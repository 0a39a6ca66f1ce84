package relyingparty

import (
	"fmt"
	"net/http"
	"net/url"
)

// callback waits for the authorization response. What others send is no reason to stop waiting.
type callback struct {
	client    *Client
	request   *Request
	path      string
	responses chan url.Values
}

func (c *Client) newCallback(redirect *url.URL, q *Request) *callback {
	path := redirect.EscapedPath()
	if path == "" {
		path = "/"
	}
	return &callback{c, q, path, make(chan url.Values, 1)}
}

func (c *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	response := r.URL.Query()
	if r.Method != http.MethodGet || r.URL.EscapedPath() != c.path || !c.request.isFor(response) {
		http.Error(w, "This isn't the response that symbolon login is waiting for.", http.StatusBadRequest)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	if c.client.judgeResponse(c.request, response) == nil {
		_, _ = fmt.Fprintln(w, "You are signed in. Close this window and go back to your terminal.")
	} else {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintln(w, "That didn't work. Your terminal says why.")
	}
	select {
	case c.responses <- response:
	default: // there was a response before
	}
}
