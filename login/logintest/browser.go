package logintest

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/login"
)

// Browser keeps cookies, sends what browsers send, and follows no redirect by itself.
type Browser struct {
	t         testing.TB
	client    *http.Client
	UserAgent string
	Header    http.Header // sent with every request, instead of what a browser says of a same-origin POST
	Host      string      // sent instead of the server's
	Address   string      // where it is, to a node that believes proxies; "": not said
	Plain     bool        // makes no passkeys, or runs no scripts
}

// Page is an answer.
type Page struct {
	Status   int
	Header   http.Header
	Body     string
	Location string
}

// NewBrowser returns a browser without cookies.
func NewBrowser(t testing.TB) *Browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Browser{t: t, Header: http.Header{}, client: &http.Client{
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Get opens a page of the node.
func (b *Browser) Get(n *Node, path string) Page { return b.Send(http.MethodGet, n.URL+path, nil) }

// Post submits a form.
func (b *Browser) Post(n *Node, path string, form url.Values) Page {
	return b.Send(http.MethodPost, n.URL+path, form)
}

// Send makes one request of any method. It may be called from many goroutines.
func (b *Browser) Send(method, address string, form url.Values) Page {
	request, err := http.NewRequest(method, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Error(err)
		return Page{}
	}
	request.Header = b.Header.Clone()
	request.Header.Set("User-Agent", b.UserAgent)
	if !b.Plain {
		request.AddCookie(&http.Cookie{Name: login.AbleCookie, Value: "1"}) // as static/passkey.js does
	}
	if b.Address != "" {
		request.Header.Set("X-Forwarded-For", b.Address)
	}
	request.Host = b.Host
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if len(b.Header) == 0 {
			request.Header.Set("Sec-Fetch-Site", "same-origin")
		}
	}
	response, err := b.client.Do(request)
	if err != nil {
		b.t.Error(err)
		return Page{}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Error(err)
	}
	return Page{response.StatusCode, response.Header, string(body), response.Header.Get("Location")}
}

// Follow opens pages until one is not a redirect.
func (b *Browser) Follow(n *Node, p Page) Page {
	for range 10 {
		if p.Location == "" {
			return p
		}
		p = b.Get(n, p.Location)
	}
	b.t.Errorf("redirected in a circle at %s", p.Location)
	return p
}

// Authorize begins an authorization request; it returns the handle and the page it led to.
func (b *Browser) Authorize(n *Node) (handle string, p Page) {
	p = b.Get(n, n.Flow.Site.Path("/authorize"))
	handle = p.Location[strings.LastIndex(p.Location, "/")+1:]
	return handle, b.Follow(n, p)
}

// Cookie returns the value of the node's cookie, or "".
func (b *Browser) Cookie(n *Node, name string) string {
	for _, c := range b.client.Jar.Cookies(b.at(n)) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// SetCookie plants a cookie.
func (b *Browser) SetCookie(n *Node, name, value string) {
	b.client.Jar.SetCookies(b.at(n), []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}

func (b *Browser) at(n *Node) *url.URL {
	u, err := url.Parse(n.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	return u
}

// Click proves who user is by the method a click replaces.
func (b *Browser) Click(n *Node, method, user, handle string) Page {
	return b.Post(n, "/login/click/"+method, form(handle, "user", user))
}

// Enter types the code of a second factor.
func (b *Browser) Enter(n *Node, method, code, handle string) Page {
	return b.Post(n, "/login/"+method, form(handle, "code", code))
}

func form(handle, field, value string) url.Values {
	f := url.Values{field: {value}}
	if handle != "" {
		f.Set("request", handle)
	}
	return f
}

// SignedIn reports whether the browser is, by opening the account.
func (b *Browser) SignedIn(n *Node) bool { return b.Get(n, "/account").Status == http.StatusOK }
