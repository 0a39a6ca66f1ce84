package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func (v *visitor) signedIn() bool {
	v.t.Helper()
	return v.get("/account").status == http.StatusOK
}

func TestNobodyIsSignedOutByAnotherSite(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, who := d.app(t, "--post-logout-redirect-uri", "https://app.example/bye"), d.person(t)
		token, v := a.tokensIn(t, d.visitor(t), who)
		id, _ := token.Extra("id_token").(string)
		other, _ := a.tokens(t, d.person(t)).Extra("id_token").(string)

		if p := v.get("/logout"); p.status != 200 || !p.has("/logout") || !v.signedIn() {
			t.Errorf("a link signed out: %d", p.status)
		}
		if p := v.get("/logout?id_token_hint=" + other); !p.has("/logout") || !v.signedIn() {
			t.Errorf("the hint of somebody else signed out: %d", p.status)
		}
		r := must[*http.Request](t)(http.NewRequest(http.MethodPost, v.at("/logout"), strings.NewReader("confirm=yes&id_token_hint="+id)))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "https://evil.test")
		if v.send(r); !v.signedIn() {
			t.Error("the form of another site signed out")
		}
	})
}

func TestSignOutLeadsOnlyToRegisteredPlaces(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, who := d.app(t, "--post-logout-redirect-uri", "https://app.example/bye"), d.person(t)
		token, v := a.tokensIn(t, d.visitor(t), who)
		id, _ := token.Extra("id_token").(string)
		for what, query := range map[string]url.Values{
			"unregistered":        {"id_token_hint": {id}, "post_logout_redirect_uri": {"https://evil.test/"}},
			"script":              {"id_token_hint": {id}, "post_logout_redirect_uri": {"javascript:alert(1)"}},
			"nobody asks":         {"post_logout_redirect_uri": {"https://app.example/bye"}},
			"hint of another app": {"id_token_hint": {id}, "client_id": {"c_evil"}, "post_logout_redirect_uri": {"https://app.example/bye"}},
			"unsigned hint":       {"id_token_hint": {unsigned(`{"aud":"` + a.ClientID + `"}`)}, "post_logout_redirect_uri": {"https://app.example/bye"}},
		} {
			staysHere(t, what, v.get("/logout?"+query.Encode()))
		}
		if !v.signedIn() {
			t.Fatal("a refused request signed out")
		}
		p := v.get("/logout?" + url.Values{"id_token_hint": {id}, "post_logout_redirect_uri": {"https://app.example/bye"}, "state": {"a b&c"}}.Encode())
		if p.status != http.StatusSeeOther || p.location != "https://app.example/bye?state=a%20b%26c" || v.signedIn() {
			t.Errorf("%d %s", p.status, p.location)
		}
	})
}
