package passkey_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/login/passkey"
	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/web"
)

func TestIssuerWithoutPasskeysIsRefused(t *testing.T) {
	for _, o := range []passkey.Options{
		{Issuer: ""}, {Issuer: "https://"}, {Issuer: "https://192.0.2.1"}, {Issuer: "http://127.0.0.1:8080"}, {Issuer: "https://[::1]"},
		{Issuer: "http://id.example"}, {Issuer: "http://localhost.evil.example"},
		{Issuer: issuer, RelatedOrigins: []string{"http://other.example"}},
		{Issuer: issuer, RelatedOrigins: []string{"https://other.example/"}},
		{Issuer: issuer, RelatedOrigins: []string{"other.example"}},
		{Issuer: issuer, RelatedOrigins: []string{"https://user@other.example"}},
		{Issuer: issuer, RelatedOrigins: []string{"https://a.com", "https://b.com", "https://c.com", "https://d.com", "https://e.com"}},
	} {
		_, err := passkey.NewRelyingParty(o)
		if err == nil || errors.Is(err, passkey.ErrNoPasskeys) != (len(o.RelatedOrigins) == 0) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	for _, good := range []string{issuer, "https://id.example/tenant", "https://id.example:8443", "http://localhost:8080", "http://id.localhost:8080"} {
		if _, err := passkey.NewRelyingParty(passkey.Options{Issuer: good}); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
}

func TestBrowsersLearnWherePasskeysAre(t *testing.T) {
	n := deploy(t, storagetest.SQLite(t)).node(t)
	b := logintest.NewBrowser(t)
	p := b.Get(n, "/.well-known/passkey-endpoints")
	if p.Body != `{"enroll":"https://id.example/account/passkeys","manage":"https://id.example/account/passkeys"}` || p.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%d %s", p.Status, p.Body)
	}
	if p := b.Get(n, "/.well-known/change-password"); p.Status != http.StatusSeeOther || p.Location != "/account" {
		t.Errorf("%d to %q", p.Status, p.Location)
	}
	if p := b.Get(n, "/.well-known/webauthn"); p.Status != http.StatusNotFound {
		t.Errorf("related origins: %d, and there are none", p.Status)
	}
}

func TestIssuerWithoutPasskeysTellsOfNone(t *testing.T) {
	mux := web.NewMux(web.MuxOptions{})
	passkey.WellKnown{Site: web.Site{Issuer: "http://192.0.2.1"}}.Mount(mux)
	for path, status := range map[string]int{
		"/.well-known/passkey-endpoints": http.StatusNotFound, "/.well-known/webauthn": http.StatusNotFound,
		"/.well-known/change-password": http.StatusSeeOther,
	} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != status {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestRelatedOriginsAreTold(t *testing.T) {
	rp, err := passkey.NewRelyingParty(passkey.Options{Issuer: issuer + "/tenant", RelatedOrigins: []string{"https://other.example", "https://third.example"}})
	if err != nil {
		t.Fatal(err)
	}
	mux := web.NewMux(web.MuxOptions{})
	passkey.WellKnown{Site: web.Site{Issuer: issuer + "/tenant", Base: "/tenant"}, RelyingParty: rp}.Mount(mux)
	for path, want := range map[string]string{
		"/.well-known/webauthn":          `{"origins":["https://id.example","https://other.example","https://third.example"]}`,
		"/.well-known/passkey-endpoints": `"https://id.example/tenant/account/passkeys"`,
	} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	dev := newDevice(t)
	dev.user = "u_ada"
	cose := dev.encode(dev.cose)
	if err := rp.Judge(dev.get(fuzzOptions, client("origin", "https://other.example")), cose); err != nil {
		t.Errorf("a related origin: %v", err)
	}
	if rp.Judge(dev.get(fuzzOptions, client("origin", "https://fourth.example")), cose) == nil {
		t.Error("an origin of nobody's passed")
	}
}
