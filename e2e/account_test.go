package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"
)

func TestStrangersLearnNothingOfAnAccount(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		v := d.visitor(t)
		for _, path := range []string{"", "/passkeys", "/app", "/codes", "/sessions", "/connections", "/activity", "/profile", "/export", "/export.json", "/delete"} {
			if p := v.get("/account" + path); p.status != http.StatusSeeOther || !strings.HasPrefix(p.location, "/login?") {
				t.Errorf("/account%s: %d %s", path, p.status, p.location)
			}
		}
		if p := v.get("/"); p.status != http.StatusSeeOther || p.location != "/account" {
			t.Errorf("the issuer's own address: %d %s", p.status, p.location)
		}
	})
}

func TestEndingOtherSessionsIsFeltWithinASecond(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, who := d.app(t), d.person(t)
		a.config.Scopes = []string{"openid"}
		token, other := a.tokensIn(t, d.visitor(t), who)
		v := d.visitor(t)
		v.signIn(d, v.get("/login"), who)
		p := v.follow(v.submit(v.get("/account/sessions"), "/account/sessions/end-others"))
		if p.status != http.StatusOK || p.has("/account/sessions/end") {
			t.Errorf("others are left: %d", p.status)
		}
		for range d.nodes { // each is asked in turn
			felt(t, "the other browser", func() bool { return !other.signedIn() })
		}
		deadEverywhere(t, a, "session ended by another", &oauth2.Token{AccessToken: token.AccessToken})
		if !v.signedIn() {
			t.Error("the one who ended the others is out")
		}
	})
}

func TestWhatWasStoppedIsAskedForAgain(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, who := d.app(t), d.person(t)
		_, v := a.tokensIn(t, d.visitor(t), who)
		if p := v.get("/account/connections"); !strings.Contains(p.body, "Weather app") || !strings.Contains(p.body, "Access until") {
			t.Errorf("the app is not listed: %d", p.status)
		}
		p := v.follow(v.submit(v.get("/account/connections"), "/account/connections/stop"))
		if p.has("/account/connections/stop") {
			t.Error("the app is listed still")
		}
		if p := v.follow(v.get(a.begin().url)); !p.has("/consent") {
			t.Errorf("nobody is asked: %d %s", p.status, p.location)
		}
		for _, sentence := range []string{"Signed in", "Gave Weather app access", "Removed access for "} {
			within(t, 5*time.Second, "activity: "+sentence, func() bool { // it is written in batches
				return strings.Contains(v.get("/account/activity").body, sentence)
			})
		}
	})
}

func TestNewAddressCountsOnceItsOwnerSaysSo(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, who, v := d.app(t), d.person(t), d.visitor(t)
		v.signIn(d, v.get("/login"), who)
		v.follow(v.submit(v.get("/account/profile"), "/account/profile", "name", "Augusta King"))
		moved := person{who.id, lab.seen.address("countess." + strings.ToLower(random()[:12]) + "@example.com")}
		pending := v.follow(v.submit(v.get("/account/profile"), "/account/email", "email", moved.email))
		l := d.post.await(t, moved.email, 1)
		if l.code == "" || !strings.Contains(l.text, d.issuer+"/account/email/link/") {
			t.Fatalf("no code to confirm with: %s", l.text)
		}
		wrong := v.submit(pending, "/account/email/code", "code", "000000")
		if l.code != "000000" && (wrong.status != http.StatusBadRequest || !wrong.has("/account/email/code")) {
			t.Errorf("a wrong code: %d", wrong.status)
		}
		v.follow(v.submit(pending, "/account/email/code", "code", l.code))
		told := d.post.awaitSubject(t, who.email, d.post.await(t, moved.email, 2).subject)
		if !strings.Contains(strings.ToLower(told.subject), "address") {
			t.Errorf("the old address was told %q", told.subject)
		}
		var claims struct{ Name, Email, Sub string }
		raw, _ := a.tokens(t, moved).Extra("id_token").(string)
		claimsOf(t, raw, &claims)
		if claims.Sub != who.id || claims.Email != moved.email || claims.Name != "Augusta King" {
			t.Errorf("%+v", claims)
		}
	})
}

func TestExportIsCompleteAndHoldsNoSecret(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a, who, v := d.app(t), d.person(t), d.visitor(t)
		a.tokensIn(t, v, who)
		if p := v.submit(v.get("/account/app"), "/account/app/begin"); shownKey.FindStringSubmatch(p.body) != nil {
			newPhone(t, shownKey.FindStringSubmatch(p.body)[1])
		}
		p := v.get("/account/export.json")
		if p.status != http.StatusOK || !strings.Contains(p.header.Get("Content-Disposition"), "attachment") || p.header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%d %v", p.status, p.header)
		}
		var all map[string]any
		if err := json.Unmarshal([]byte(p.body), &all); err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{who.id, who.email, "Ada Lovelace", a.ClientID, "offline_access", "Firefox"} {
			if !strings.Contains(p.body, word) {
				t.Errorf("the export does not tell %s", word)
			}
		}
		for _, kind := range lab.seen.found([]byte(p.body), false) {
			t.Errorf("the export holds a %s", kind)
		}
	})
}

func TestOperatorsLinkLetsInOnceWhoLostEverything(t *testing.T) {
	t.Parallel()
	inChromium(t, func(t *testing.T, d *deployment, b *tab) {
		s := onStage(t, d, b)
		s.withApp()
		s.signOut()
		var made struct{ Link string }
		if err := json.Unmarshal(d.command(t, "user", "recover", s.who.email, "--json"), &made); err != nil {
			t.Fatal(err)
		}
		lab.seen.secret("recovery link", made.Link[strings.LastIndex(made.Link, "/")+1:])
		s.open(made.Link).see("Recover your account").press("Sign in")
		s.notNow().seeAccount(s.who.email)
		s.open(d.issuer + "/account/app").see("Authenticator app").press("Remove app").see("Authenticator app")
		s.until("no app", func() bool { return strings.Contains(s.text(), "Set up an app") })
		s.signOut()
		s.open(made.Link).see("Recover your account").press("Sign in").see("no longer works")
		d.post.awaitSubject(t, s.who.email, "A recovery link was created")
		s.signInByMail().seeAccount(s.who.email) // the app is gone: mail is enough again
	})
}
