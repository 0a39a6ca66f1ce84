package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/web"
)

func TestCrossSitePostIsRefused(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	for _, header := range []string{
		"Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Origin: https://evil.example", "Origin: null",
	} {
		got := s.send(t, "POST", "/form", "a=1", header).must(t, header, http.StatusForbidden)
		if !strings.Contains(got.body, "cross_site") {
			t.Errorf("%s: no code on the page: %s", header, got.body)
		}
	}
	for _, header := range []string{"Sec-Fetch-Site: same-origin", "Origin: " + s.URL, "Accept: */*"} {
		s.send(t, "POST", "/form", "a=1", header).must(t, header, http.StatusOK)
	}
}

func TestIssuerOriginIsOursBehindAProxyThatRewritesHost(t *testing.T) {
	s := newSite(t, web.MuxOptions{Origin: "https://id.example"})
	s.send(t, "POST", "/form", "a=1", "Origin: https://id.example").must(t, "issuer", http.StatusOK)
	s.send(t, "POST", "/form", "a=1", "Origin: https://evil.example").must(t, "other", http.StatusForbidden)
}

func TestRequestFromAnotherSiteArrivesWithoutCookies(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	foreign := s.send(t, "POST", "/arrive", "", "Cookie: session=1", "Sec-Fetch-Site: cross-site")
	if foreign.must(t, "foreign", http.StatusOK); foreign.body != "cookies: 0" {
		t.Errorf("foreign: %s", foreign.body)
	}
	own := s.send(t, "POST", "/arrive", "", "Cookie: session=1", "Sec-Fetch-Site: same-origin")
	if own.body != "cookies: 1" {
		t.Errorf("own: %s", own.body)
	}
}

func TestOnlyFormsArePosted(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	for _, media := range []string{"application/json", "multipart/form-data; boundary=x", "text/plain", "", "x-www-form-urlencoded"} {
		s.send(t, "POST", "/form", "a=1", "Content-Type: "+media).must(t, media, http.StatusBadRequest)
	}
	s.send(t, "POST", "/form", "a=1", "Content-Type: Application/X-WWW-Form-Urlencoded; charset=UTF-8").must(t, "charset", http.StatusOK)
}

func TestEveryPageCarriesTheSecurityHeaders(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	for path, status := range map[string]int{
		"/form": 200, "/broken": 500, "/nowhere": 404, "/arrive": 405, "/a//b": 404, "/" + strings.Repeat("a", web.MaxURL): 414,
	} {
		got := s.send(t, "GET", path, "").must(t, path[:min(len(path), 20)], status)
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; " +
				"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
			"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"Permissions-Policy": "publickey-credentials-create=(self), publickey-credentials-get=(self), clipboard-write=(self), " +
				"camera=(), display-capture=(), fullscreen=(), geolocation=(), hid=(), microphone=(), midi=(), payment=(), " +
				"screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()",
			"Cache-Control": "no-store", "Cross-Origin-Opener-Policy": "", "Access-Control-Allow-Origin": "",
		} {
			got.header(t, path[:min(len(path), 20)], name, want)
		}
		if len(got.Header.Get("X-Trace-Id")) != 32 {
			t.Errorf("%s: trace id %q", path, got.Header.Get("X-Trace-Id"))
		}
	}
}

func TestEveryAnswerDemandsHTTPSWhereItIsStrict(t *testing.T) {
	for strict, want := range map[bool]string{true: "max-age=31536000", false: ""} {
		s := newSite(t, web.MuxOptions{StrictTransport: strict})
		for _, path := range []string{"/form", "/broken", "/nowhere", "/keys", "/panic", "/static/x.css", "/" + strings.Repeat("a", web.MaxURL)} {
			s.send(t, "GET", path, "").header(t, path[:min(len(path), 20)], "Strict-Transport-Security", want)
		}
		s.send(t, "OPTIONS", "/token", "", "Origin: https://app.example").header(t, "preflight", "Strict-Transport-Security", want)
	}
}

func TestPagesSpeakTheChosenLanguageAndNothingElseDoes(t *testing.T) {
	choose := func(w http.ResponseWriter, r *http.Request) string {
		http.SetCookie(w, &http.Cookie{Name: "lang", Value: "de"})
		return "de"
	}
	s := newSite(t, web.MuxOptions{Language: choose}, func(m *web.Mux) {
		m.Page("GET /which", func(w http.ResponseWriter, r *http.Request) error {
			_, err := fmt.Fprint(w, web.Language(r.Context())) // what a mail is written in
			return err
		})
	})
	for _, path := range []string{"/which", "/broken", "/nowhere"} {
		got := s.send(t, "GET", path, "")
		for name, want := range map[string]string{"Content-Language": "de", "Vary": "Accept-Language, Cookie", "Set-Cookie": "lang=de"} {
			got.header(t, path, name, want)
		}
	}
	if got := s.send(t, "GET", "/which", ""); got.body != "de" {
		t.Errorf("the handler speaks %q", got.body)
	}
	for _, path := range []string{"/keys", "/static/x.css"} {
		got := s.send(t, "GET", path, "")
		got.header(t, path, "Content-Language", "")
		got.header(t, path, "Set-Cookie", "")
	}
	newSite(t, web.MuxOptions{}).send(t, "GET", "/form", "").header(t, "unset", "Content-Language", "en")
}

func TestErrorPageTellsNothingOfTheCause(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	got := s.send(t, "GET", "/broken", "").must(t, "broken", http.StatusInternalServerError)
	if strings.Contains(got.body, "hunter2") || !strings.Contains(got.body, got.Header.Get("X-Trace-Id")) {
		t.Error(got.body)
	}
}

func TestErrorPageIsTheInjectedOne(t *testing.T) {
	s := newSite(t, web.MuxOptions{ErrorPage: func(w http.ResponseWriter, r *http.Request, e *web.Error) {
		w.WriteHeader(e.Status)
		fmt.Fprintf(w, "our page: %s %s", e.Code, e.Title)
	}})
	if got := s.send(t, "GET", "/nowhere", "").must(t, "404", http.StatusNotFound); got.body != "our page: not_found Page not found" {
		t.Error(got.body)
	}
}

func TestErrorPageThatPanicsStillAnswers(t *testing.T) {
	s := newSite(t, web.MuxOptions{ErrorPage: func(http.ResponseWriter, *http.Request, *web.Error) { panic("template") }})
	s.send(t, "GET", "/nowhere", "").must(t, "404", http.StatusNotFound)
}

func TestMethodsNobodyRegisteredAreRefused(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	s.send(t, "DELETE", "/form", "").must(t, "page", http.StatusMethodNotAllowed).header(t, "page", "Allow", "GET, HEAD, POST")
	s.send(t, "GET", "/arrive", "").must(t, "page", http.StatusMethodNotAllowed).header(t, "page", "Allow", "POST")
	s.send(t, "OPTIONS", "/form", "").must(t, "page", http.StatusMethodNotAllowed)
	s.send(t, "HEAD", "/form", "").must(t, "page", http.StatusOK)
}

func TestPathTricksFindNothing(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	for _, path := range []string{
		"//form", "/form/", "/x/../form", "/./form", "/x/%2e%2e/form", "/link/..%2fform", "/link/..%2Fform", "/link/a%2fb",
		"/link/..", "/link/%2e", `/link/a%5cb`, "/static", "/form/x.css", "/static/../form", "/link//", "//evil.example/%2e%2e", "/FORM",
	} {
		got, _ := s.raw(t, "GET "+path+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		got.must(t, path, http.StatusNotFound).header(t, path, "Location", "")
		got.header(t, path, "Cache-Control", "no-store")
	}
	s.send(t, "GET", "/link/abc.def-_~", "").must(t, "honest", http.StatusOK)
}

func TestFormPostPageMayPostElsewhere(t *testing.T) {
	s := newSite(t, web.MuxOptions{}, func(m *web.Mux) {
		m.Page("GET /deliver", func(w http.ResponseWriter, r *http.Request) error {
			web.AllowFormAction(w)
			return nil
		})
	})
	policy := s.send(t, "GET", "/deliver", "").Header.Get("Content-Security-Policy")
	if strings.Contains(policy, "form-action") || !strings.Contains(policy, "frame-ancestors 'none'") {
		t.Error(policy)
	}
	if policy := s.send(t, "GET", "/form", "").Header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self'") {
		t.Errorf("relaxed for other pages too: %s", policy)
	}
}

func TestRedirectAwayTellsNoReferrer(t *testing.T) {
	s := newSite(t, web.MuxOptions{}, func(m *web.Mux) {
		m.Page("GET /away", func(w http.ResponseWriter, r *http.Request) error {
			return web.RedirectAway(w, "https://client.example/cb?code=1")
		})
	})
	got := s.send(t, "GET", "/away", "").must(t, "away", http.StatusSeeOther)
	got.header(t, "away", "Location", "https://client.example/cb?code=1")
	got.header(t, "away", "Referrer-Policy", "no-referrer")
}

func TestFilesMayBeCached(t *testing.T) {
	s := newSite(t, web.MuxOptions{})
	got := s.send(t, "GET", "/static/a.css", "").must(t, "static", http.StatusOK)
	got.header(t, "static", "Cache-Control", "max-age=31536000, immutable")
	got.header(t, "static", "X-Content-Type-Options", "nosniff")
}

func TestRoutesUnderABase(t *testing.T) {
	s := newSite(t, web.MuxOptions{}, func(m *web.Mux) {
		under := m.Under("/p/")
		under.Page("GET /form", says("under"))
		under.API("GET /keys", says("keys"))
	})
	if got := s.send(t, "GET", "/p/form", "").must(t, "under", http.StatusOK); got.body != "under" {
		t.Error(got.body)
	}
	s.send(t, "OPTIONS", "/p/keys", "").must(t, "preflight", http.StatusNoContent)
	s.send(t, "GET", "/p/.well-known/nope", "").must(t, "well-known", 404).header(t, "well-known", "Content-Type", "application/json")
}

func TestPatternWithoutAMethodIsAMistake(t *testing.T) {
	for _, pattern := range []string{"/form", "GET form", "", "GET example.com/form"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q was registered", pattern)
				}
			}()
			web.NewMux(web.MuxOptions{}).Page(pattern, says(""))
		}()
	}
}

func TestQueryIsTheHandlersToParse(t *testing.T) {
	s := newSite(t, web.MuxOptions{}, func(m *web.Mux) {
		m.Page("GET /query", func(w http.ResponseWriter, r *http.Request) error {
			_, err := url.ParseQuery(r.URL.RawQuery)
			if err != nil {
				return &web.Error{Status: http.StatusBadRequest, Err: err}
			}
			return nil
		})
	})
	s.send(t, "GET", "/query?a=1;b=2", "").must(t, "semicolon", http.StatusBadRequest)
	s.send(t, "GET", "/query?redirect=https%3A%2F%2Fa%2F..%2Fb//c", "").must(t, "slashes", http.StatusOK)
}
