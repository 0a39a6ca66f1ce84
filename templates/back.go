package templates

import (
	"net/http"
	"net/url"
	"strings"
)

// Back returns the path of the page of origin that r comes from; "" when it comes from anywhere else.
func Back(r *http.Request, origin string) string {
	from, err := url.Parse(r.Referer())
	if err != nil || from.Scheme+"://"+from.Host != origin {
		return ""
	}
	return local(from)
}

// Again returns where r can be tried again: at its own address, or on the page whose form it is; "" when that
// is unknown.
func Again(r *http.Request, origin string) string {
	if r.Method == http.MethodGet {
		return local(r.URL)
	}
	return Back(r, origin)
}

// local returns the path and query of u, unless a browser would read another host in it.
func local(u *url.URL) string {
	if !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") {
		return ""
	}
	return u.RequestURI()
}
