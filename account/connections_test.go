package account_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
)

// allow lets client use user's account, also while they are away.
func (d *deployment) allow(t *testing.T, user storage.User, client storage.Client) storage.TokenQuery {
	t.Helper()
	err := d.DB.AddConsent(t.Context(), storage.Consent{
		UserID: user.ID, ClientID: client.ID, RedirectHost: "app.example", Scopes: []string{"openid", "email", "read_weather"}, GrantedAt: d.Clock.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return d.grant(t, user, client, d.sessions(t, user)[0].ID, true)
}

func TestSomebodyElsesConnectionDoesNotExist(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		d.signedIn(t, d.ada, login.Mailbox)
		eve := d.signedIn(t, d.eve, login.Mailbox)
		client := d.client(t, "c_app", "Grafana")
		token := d.allow(t, d.ada, client)
		for _, id := range []string{client.ID, "", "c_none"} {
			d.must(t, id, eve.post("/account/connections/stop", url.Values{"client": {id}}).Status, http.StatusNotFound)
		}
		d.must(t, "token", d.alive(t, token), true)
		if p := eve.get("/account/connections"); strings.Contains(p.Body, "Grafana") {
			t.Error("eve sees ada's apps")
		}
	})
}

func TestStoppedAppIsDeadAtOnceAndAsksAgain(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		v := d.signedIn(t, d.ada, login.Mailbox)
		d.signedIn(t, d.eve, login.Mailbox)
		client, kept := d.client(t, "https://agent.example/id", "Claude"), d.client(t, "c_kept", "Grafana")
		token, of, evesToken := d.allow(t, d.ada, client), d.allow(t, d.ada, kept), d.allow(t, d.eve, client)
		p := v.get("/account/connections")
		for _, part := range []string{"Claude", "agent", "See your email address", "read_weather"} {
			if !strings.Contains(p.Body, part) {
				t.Errorf("the page does not say %q", part)
			}
		}
		d.must(t, "stop", v.post("/account/connections/stop", url.Values{"client": {client.ID}}).Location, "/account/connections?done=stopped")
		d.must(t, "its token", d.alive(t, token), false)
		d.must(t, "another app's", d.alive(t, of), true)
		d.must(t, "another person's", d.alive(t, evesToken), true)
		scopes, err := d.DB.Consented(t.Context(), d.ada.ID, client.ID, "app.example", "")
		if err != nil || len(scopes) != 0 {
			t.Errorf("still allowed: %v, %v", scopes, err)
		}
		if e := d.events(t, d.ada, audit.ConsentWithdrawn); len(e) != 1 || e[0].ClientID != client.ID {
			t.Errorf("%+v", e)
		}
		d.must(t, "again", v.post("/account/connections/stop", url.Values{"client": {client.ID}}).Status, http.StatusNotFound)
	})
}
