package clients_test

import (
	"testing"

	"github.com/symbolon-id/symbolon/storage"
)

func TestLogoutURIsThatCannotBeAskedAreRefused(t *testing.T) {
	for _, uri := range []string{
		"/logout", "//grafana.example/x", "http://grafana.example/logout", "javascript:alert(1)", "data:text/html,x", "com.example.app:/logout",
		"https://grafana.example/logout#x", "https://u:p@grafana.example/logout", "https://grafana.example/a/../b", "https://*.example/x",
		"https://grafana.example/ x", "ftp://grafana.example/x", "http://127.0.0.2/x", "https:///x",
	} {
		wantInvalid(t, "backchannel_logout_uri", app(func(c *storage.Client) { c.BackchannelLogoutURI = uri }), uri)
		wantInvalid(t, "frontchannel_logout_uri", app(func(c *storage.Client) { c.FrontchannelLogoutURI = uri }), uri)
	}
	wantInvalid(t, "backchannel_logout_uri", app(func(c *storage.Client) { c.BackchannelLogoutURI = "https://grafana.example" }), "no path")
	for _, uri := range []string{
		"https://evil.example/logout", "https://grafana.example:8443/logout", "http://localhost/logout", "https://grafana.example.evil.example/logout",
	} {
		wantInvalid(t, "frontchannel_logout_uri", app(func(c *storage.Client) { c.FrontchannelLogoutURI = uri }), uri)
	}
}

func TestLogoutURIs(t *testing.T) {
	for _, uri := range []string{"https://grafana.example/logout", "https://logout.example/x?app=1", "http://localhost:3000/logout", "http://127.0.0.1/logout"} {
		wantValid(t, app(func(c *storage.Client) { c.BackchannelLogoutURI = uri }), uri)
	}
	for redirect, uri := range map[string]string{
		"https://grafana.example/login": "https://grafana.example/logout?x=1", "http://localhost/callback": "http://localhost:3000/logout",
		"https://grafana.example:8443/login": "https://grafana.example:8443/logout",
	} {
		wantValid(t, app(func(c *storage.Client) { c.RedirectURIs, c.FrontchannelLogoutURI = []string{redirect}, uri }), uri)
	}
}
