package templates

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func fetch(p *Pages, method, url, encoding string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, url, nil)
	r.Header.Set("Accept-Encoding", encoding)
	w := httptest.NewRecorder()
	p.Static().ServeHTTP(w, r)
	return w
}

func TestUnknownStaticFilesAndOtherMethodsAreRefused(t *testing.T) {
	p := mustNew(t, Brand{})
	for _, url := range []string{"/static/", "/static/x", "/static/../page.go", "/static/symbolon.css", "/static/logo.00000000.png", "/static/a.b.c.d"} {
		if got := fetch(p, "GET", url, "").Code; got != http.StatusNotFound {
			t.Errorf("GET %s: %d", url, got)
		}
	}
	if got := fetch(p, "POST", p.assets.url("symbolon.css"), "").Code; got != http.StatusNotFound {
		t.Errorf("POST: %d", got)
	}
}

func TestStaticFileIsKeptForEverUnderItsOwnNameOnly(t *testing.T) {
	p := mustNew(t, Brand{})
	w := fetch(p, "GET", p.assets.url("symbolon.css"), "")
	if got := w.Header().Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
		t.Errorf("Cache-Control %q", got)
	}
	if got := w.Header().Get("Content-Type"); got != "text/css; charset=utf-8" {
		t.Errorf("Content-Type %q", got)
	}
	// During a rolling update a page of one version may ask another version for its style.
	w = fetch(p, "GET", "/static/symbolon.00000000.css", "")
	if w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("another version's name: %d %q", w.Code, w.Header().Get("Cache-Control"))
	}
}

func TestStaticNameChangesWithTheContent(t *testing.T) {
	red, blue := mustNew(t, Brand{Accent: "#c00"}), mustNew(t, Brand{Accent: "#00c"})
	if red.assets.url("symbolon.css") == blue.assets.url("symbolon.css") {
		t.Error("two stylesheets have one name")
	}
	if red.assets.url("icon.svg") != blue.assets.url("icon.svg") {
		t.Error("one icon has two names")
	}
}

func TestCompressedOnlyForThoseWhoAccept(t *testing.T) {
	p := mustNew(t, Brand{})
	url := p.assets.url("symbolon.css")
	whole := fetch(p, "GET", url, "").Body.Bytes()
	for encoding, zipped := range map[string]bool{"": false, "br": false, "gzip;q=0": false, "gzip; q=0.0": false, "gzip": true, "br, gzip;q=0.5": true} {
		w := fetch(p, "GET", url, encoding)
		if got := w.Header().Get("Content-Encoding") == "gzip"; got != zipped {
			t.Errorf("Accept-Encoding %q: gzip %v", encoding, got)
		}
	}
	r, err := gzip.NewReader(fetch(p, "GET", url, "gzip").Body)
	if err != nil {
		t.Fatal(err)
	}
	if unzipped, err := io.ReadAll(r); err != nil || !bytes.Equal(unzipped, whole) {
		t.Errorf("unzipped differs: %v", err)
	}
}

func TestStaticFilesAreFoundBelowThePathOfTheIssuer(t *testing.T) {
	p := mustNew(t, Brand{BasePath: "/auth"})
	url := p.assets.url("icon.svg")
	if !strings.HasPrefix(url, "/auth/static/icon.") {
		t.Errorf("url %q", url)
	}
	if got := fetch(p, "GET", url, "").Code; got != http.StatusOK {
		t.Errorf("GET %s: %d", url, got)
	}
}

func TestUnusableBrandStopsTheStart(t *testing.T) {
	dir := t.TempDir()
	page, big := filepath.Join(dir, "logo.html"), filepath.Join(dir, "logo.png")
	for name, size := range map[string]int{page: 10, big: 65<<10 + 1} {
		if err := os.WriteFile(name, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, brand := range []Brand{{Accent: "red"}, {Accent: "#12"}, {Accent: "123456"}, {Accent: "#ggg"}, {LogoPath: page}, {LogoPath: big}, {LogoPath: filepath.Join(dir, "none.svg")}} {
		if _, err := New(brand); err == nil {
			t.Errorf("%+v started", brand)
		}
	}
}

func TestLogoIsShownInertAndNamed(t *testing.T) {
	logo := filepath.Join(t.TempDir(), "Acme.SVG")
	if err := os.WriteFile(logo, []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), 0o600); err != nil {
		t.Fatal(err)
	}
	p := mustNew(t, Brand{Name: "Acme", LogoPath: logo})
	img := elements(render(t, p, SignIn{}), "img")[0]
	if attr(img, "alt") != "Acme" {
		t.Errorf("alt %q", attr(img, "alt"))
	}
	w := fetch(p, "GET", attr(img, "src"), "")
	if w.Header().Get("Content-Type") != "image/svg+xml" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("headers %v", w.Header())
	}
}

// The budget of a cold sign-in page: 5 requests, 15 KB as a browser receives them, 4 KB of script.
func TestEveryPageIsWithinTheBudget(t *testing.T) {
	p := mustNew(t, Brand{Accent: "#c00"})
	for _, page := range specimens() {
		w := httptest.NewRecorder()
		if err := p.Render(w, http.StatusOK, page); err != nil {
			t.Fatal(err)
		}
		bytes, requests, script := w.Body.Len(), 1, 0
		for n := range render(t, p, page).Descendants() {
			url := attr(n, "src")
			if n.Data == "link" {
				url = attr(n, "href")
			}
			if url != "" {
				bytes += fetch(p, "GET", url, "gzip").Body.Len()
				requests++
			}
			if n.Data == "script" {
				script += fetch(p, "GET", url, "").Body.Len()
			}
		}
		if bytes > 15_000 || requests > 5 || script > 4_000 {
			t.Errorf("%T: %d bytes in %d requests, %d bytes of script", page, bytes, requests, script)
		}
	}
}
