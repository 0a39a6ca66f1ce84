package e2e

import (
	"net/http"
	"testing"
)

// pagesOfConsent are those for apps that nobody here answers for.
func pagesOfConsent(t *testing.T, issuer string, b *tab, show func(b *tab, name string)) {
	t.Helper()
	s := newClientSite(t, nil)
	s.publish(map[string]any{"logo_uri": s.URL + "/logo.png", "client_uri": "https://notebook.example/", "policy_uri": "https://legal.notebook.example/privacy"})
	b.open(inDev(t, issuer, s).begin().url).see("Sign in").press("Alice").see("wants access")
	show(b, "consent-document")
	made := ask(t, httpClient(), http.MethodPost, issuer+"/register", "", map[string]any{
		"client_name": "Google", "redirect_uris": []string{webCallback}, "token_endpoint_auth_method": "none", "tos_uri": "https://app.example/terms",
	})
	d := &deployment{issuer: issuer}
	b.open(d.appOf(t, registered{ClientID: made.text("client_id")}).begin().url).see("wants access")
	show(b, "consent-registered")
}
