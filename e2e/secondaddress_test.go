package e2e

import (
	"strings"
	"testing"
)

// withSecond gives the one who is signed in a second address, on the profile page.
func (s *stage) withSecond() person {
	s.t.Helper()
	second := person{s.who.id, lab.seen.address("second." + s.who.email)}
	s.open(s.d.issuer + "/account/profile").see("Profile").press("Add")
	s.fillIn("#second-email", second.email)
	s.run(clickIn("second", "Send a code"))
	s.until("a code to type", func() bool { return strings.Contains(s.text(), "A code is on its way") })
	code := mailedCode.FindStringSubmatch(s.d.post.await(s.t, second.email, 1).text)[1]
	s.fill("code", code).press("Confirm address")
	s.until("the second address", func() bool { return strings.Contains(s.text(), "You can sign in with it, too.") })
	return second
}

func TestSecondAddressIsAWayBackIn(t *testing.T) {
	t.Parallel()
	inChromium(t, func(t *testing.T, d *deployment, b *tab) {
		s := onStage(t, d, b)
		s.signInByMail().seeAccount(s.who.email)
		second := s.withSecond()
		d.post.awaitSubject(t, s.who.email, "A backup email was added")
		d.post.awaitSubject(t, second.email, "A backup email was added")
		s.signOut()

		lost := s.who
		s.who = second
		q := s.app.begin()
		l := s.mail(q)
		s.fill("code", l.code).press("Sign in").see("Weather app wants access").press("Allow").see("Back at the app")
		answer, _ := s.cb.await(t)
		var claims struct {
			Sub, Email    string
			EmailVerified bool `json:"email_verified"`
		}
		raw, _ := s.app.redeem(t, q, answer).Extra("id_token").(string)
		claimsOf(t, raw, &claims)
		if claims.Sub != lost.id || claims.Email != lost.email || !claims.EmailVerified {
			t.Errorf("the app is told %+v", claims)
		}
		if shown := string(d.command(t, "user", "show", second.email)); !strings.Contains(shown, lost.id) || !strings.Contains(shown, second.email) {
			t.Errorf("user show: %s", shown)
		}

		s.open(d.issuer + "/account/profile").see("Profile")
		s.run(clickIn("second", "Change"))
		s.press("Remove address")
		s.until("the second address gone", func() bool { return strings.Contains(s.text(), "Backup email removed.") })
		d.post.awaitSubject(t, lost.email, "Your backup email was removed")
		d.post.awaitSubject(t, second.email, "Your backup email was removed")
	})
}

// Whoever knows neither address cannot tell a second one from one that nobody has.
func TestSecondAddressLooksLikeAnUnknownOne(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		who, v := d.person(t), d.visitor(t)
		v.signIn(d, v.get("/login"), who)
		second := lab.seen.address("second." + who.email)
		pending := v.follow(v.submit(v.get("/account/profile"), "/account/second", "email", second))
		code := mailedCode.FindStringSubmatch(d.post.await(t, second, 1).text)[1]
		v.follow(v.submit(pending, "/account/email/code", "code", code))

		stranger := d.visitor(t)
		var answers []string
		for _, email := range []string{second, lab.seen.address("nobody." + strings.ToLower(random()[:12]) + "@example.com")} {
			p := stranger.follow(stranger.submit(stranger.get("/login"), "/login/mail", "email", email))
			answers = append(answers, strings.ReplaceAll(p.body, email, "EMAIL"))
		}
		if answers[0] != answers[1] {
			t.Errorf("they differ:\n%s\n%s", answers[0], answers[1])
		}
		other := d.visitor(t)
		other.signIn(d, other.get("/login"), d.person(t))
		asked := other.submit(other.get("/account/profile"), "/account/second", "email", second)
		if asked.location != "/account/profile?done=code-sent" {
			t.Errorf("to ask for a taken one: %d %s", asked.status, asked.location)
		}
	})
}
