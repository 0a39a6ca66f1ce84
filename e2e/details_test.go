package e2e

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

// detailTypes are the types of authorization details that every deployment knows.
const detailTypes = `[
	{"type": "payment", "sentence": "Pay {amount.value} {amount.currency} to {creditor}",
	 "sentences": {"de": "{amount.value} {amount.currency} an {creditor} zahlen"},
	 "fields": {"creditor": {"required": true}, "reference": {"label": "Reference"}, "express": {"kind": "boolean"},
		"amount": {"required": true, "fields": {"value": {"kind": "number", "required": true}, "currency": {"required": true, "values": ["EUR", "USD"]}}}}},
	{"type": "files", "sentence": "Work with your files", "fields": {"actions": {"required": true, "values": ["read", "write"]}, "locations": {}, "identifier": {}}}]`

const (
	onePayment      = `[{"type":"payment","creditor":"<b>Shop</b>","amount":{"value":12.50,"currency":"EUR"},"reference":"Invoice 4711"}]`
	files           = `[{"type":"files","actions":["read","write"],"locations":["https://files.example/"]}]`
	filesToRead     = `[{"type":"files","actions":["read"],"locations":["https://files.example/"]}]`
	paymentAndFiles = `[{"type":"payment","creditor":"Weather Supplies","amount":{"value":12.50,"currency":"EUR"},"reference":"Invoice 4711","express":false},
		{"type":"files","actions":["read","write"],"locations":["https://files.example/ada"],"identifier":"album-1"}]`
)

// sameJSON compares what it says, not how it is written.
func sameJSON(t testing.TB, got any, want string) bool {
	t.Helper()
	var wanted any
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		t.Fatal(err)
	}
	return reflect.DeepEqual(got, wanted)
}

func TestExactlyWhatWasReadIsAllowed(t *testing.T) {
	t.Parallel()
	inChromium(t, func(t *testing.T, d *deployment, b *tab) {
		s := onStage(t, d, b, "--first-party", "--authorization-details-type", "payment")
		q := s.app.begin("authorization_details", onePayment)
		l := s.mail(q)
		s.fill("code", l.code).press("Sign in")
		for range 2 { // what was allowed once is asked for again
			s.see("Weather app wants access")
			if text := s.text(); !strings.Contains(text, "Pay 12.50 EUR to <b>Shop</b>") || !strings.Contains(text, "Invoice 4711") {
				t.Errorf("it does not say what is to be allowed:\n%s", text)
			}
			s.press("Allow").see("Back at the app")
			answer, _ := s.cb.await(t)
			token := s.app.redeem(t, q, answer)
			var claims struct {
				Details any `json:"authorization_details"`
			}
			claimsOf(t, token.AccessToken, &claims)
			if !sameJSON(t, token.Extra("authorization_details"), onePayment) || !sameJSON(t, claims.Details, onePayment) {
				t.Errorf("got %v, %v", token.Extra("authorization_details"), claims.Details)
			}
			if told := s.app.introspect(t, d.issuer, token.AccessToken); !sameJSON(t, told.fields["authorization_details"], onePayment) {
				t.Errorf("%s", told.body)
			}
			q = s.app.begin("authorization_details", onePayment)
			s.open(q.url)
		}
	})
}

func TestDetailsOnlyEverNarrow(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, d *deployment) {
		t.Parallel()
		a := d.app(t, "--authorization-details-type", "files", "--authorization-details-type", "payment")
		toldToApp(t, d, "unknown to its type", "invalid_authorization_details",
			d.visitor(t).get(a.begin("authorization_details", `[{"type":"files","actions":["delete"]}]`).url))
		toldToApp(t, d, "another client's type", "invalid_authorization_details", d.visitor(t).get(d.app(t).begin("authorization_details", files).url))
		token := a.tokens(t, d.person(t), "authorization_details", files)
		for what, more := range map[string]string{"another type": onePayment, "twice": strings.TrimSuffix(files, "]") + "," + strings.TrimPrefix(files, "["), "nonsense": "files"} {
			refused(t, what, http.StatusBadRequest, "invalid_authorization_details",
				a.call(t, d.issuer, "/token", "grant_type", "refresh_token", "refresh_token", token.RefreshToken, "authorization_details", more))
		}
		less := a.call(t, d.issuer, "/token", "grant_type", "refresh_token", "refresh_token", token.RefreshToken, "authorization_details", filesToRead)
		if less.status != http.StatusOK || !sameJSON(t, less.fields["authorization_details"], filesToRead) {
			t.Errorf("%d %s", less.status, less.body)
		}
		bot := d.agent(t, "--authorization-details-type", "files")
		if r := bot.token(t, d.issuer, "authorization_details", filesToRead); r.status != http.StatusOK || !sameJSON(t, r.fields["authorization_details"], filesToRead) {
			t.Errorf("%d %s", r.status, r.body)
		}
		refused(t, "an agent, another type", http.StatusBadRequest, "invalid_authorization_details", bot.token(t, d.issuer, "authorization_details", onePayment))
	})
}
