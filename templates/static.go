package templates

import (
	"net/http"
	"path"
	"strconv"
	"strings"
)

// StaticPrefix is where Static is mounted, below the path of the issuer.
const StaticPrefix = "/static/"

// Static serves the files that the pages refer to. A name changes with the content, so a browser
// may keep a file for ever.
func (p *Pages) Static() http.Handler { return http.HandlerFunc(p.assets.serve) }

func (a *assets) serve(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.URL.Path)
	file, found := a.byName[unhashed(name)]
	if !found || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.contentType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox") // a logo opened by itself stays inert
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	if name != file.name { // a page from another version during a rolling update
		h.Set("Cache-Control", "no-store")
	}
	body := file.body
	if file.zipped != nil && acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = file.zipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // the browser went away; there is no one to report to
}

// url returns where a page finds the file; "" when there is none, as without a logo.
func (a *assets) url(name string) string {
	file, found := a.byName[name]
	if !found {
		return ""
	}
	return a.prefix + file.name
}

func acceptsGzip(r *http.Request) bool {
	for _, coding := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, weighed := strings.Cut(strings.ReplaceAll(coding, " ", ""), ";q=")
		if strings.EqualFold(name, "gzip") {
			return !weighed || strings.Trim(weight, "0.") != "" // q=0 is a refusal, RFC 9110 §12.4.2
		}
	}
	return false
}

// unhashed returns the name in the source: symbolon.3f2a9c01.css is symbolon.css, and logo.….png is logo.
func unhashed(name string) string {
	parts := strings.Split(name, ".")
	if len(parts) != 3 {
		return ""
	}
	if parts[0] == "logo" {
		return "logo"
	}
	return parts[0] + "." + parts[2]
}
