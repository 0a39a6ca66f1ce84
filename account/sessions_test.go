package account_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
)

func (d *deployment) sessions(t *testing.T, user storage.User) []storage.Session {
	t.Helper()
	all, err := d.DB.UserSessions(t.Context(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestSomebodyElsesSessionDoesNotExist(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		ada, eve := d.signedIn(t, d.ada, login.Mailbox), d.signedIn(t, d.eve, login.Mailbox)
		id := d.sessions(t, d.ada)[0].ID
		for _, session := range []string{id, "", "s_none", "others"} {
			d.must(t, session, eve.post("/account/sessions/end", url.Values{"session": {session}}).Status, http.StatusNotFound)
		}
		d.must(t, "eve ends her others", eve.post("/account/sessions/end-others", nil).Status, http.StatusSeeOther)
		d.must(t, "ada", ada.inside(), true)
		if p := eve.get("/account/sessions"); strings.Contains(p.Body, id) {
			t.Error("eve's page shows ada's session")
		}
	})
}

func TestSessionsPageShowsNoCookie(t *testing.T) {
	d := deploySQLite(t)
	v := d.signedIn(t, d.ada, login.Mailbox)
	p := v.get("/account/sessions")
	if strings.Contains(p.Body, v.Cookie(d.node, "symbolon_session")) || !strings.Contains(p.Body, "Firefox on Linux") || !strings.Contains(p.Body, "127.0.0.0/24") {
		t.Error(p.Body)
	}
}

func TestEndedSessionIsDeadAtOnceWithItsTokens(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		here, there := d.signedIn(t, d.ada, login.Mailbox), d.signedIn(t, d.ada, login.Mailbox)
		var other storage.Session
		for _, s := range d.sessions(t, d.ada) {
			if strings.Contains(here.get("/account/sessions").Body, `value="`+s.ID+`"`) { // only others can be ended on the page
				other = s
			}
		}
		client := d.client(t, "c_app", "Grafana")
		token := d.grant(t, d.ada, client, other.ID, false)
		d.must(t, "token before", d.alive(t, token), true)
		p := here.post("/account/sessions/end", url.Values{"session": {other.ID}})
		d.must(t, "end", p.Location, "/account/sessions?done=session-ended")
		d.must(t, "there", there.inside(), false)
		d.must(t, "here", here.inside(), true)
		d.must(t, "token", d.alive(t, token), false)
		if e := d.events(t, d.ada, audit.SignOut); len(e) != 1 || e[0].Target != other.ID || e[0].Method != "account" {
			t.Errorf("%+v", e)
		}
		own := d.sessions(t, d.ada)[0].ID
		d.must(t, "this one", here.post("/account/sessions/end", url.Values{"session": {own}}).Location, "/login")
		d.must(t, "cookie", here.Cookie(d.node, "symbolon_session"), "")
	})
}

func TestManyEndingOthersAtOnceLeaveAtMostOne(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		browsers := make([]visitor, 8)
		for i := range browsers {
			browsers[i] = d.signedIn(t, d.ada, login.Mailbox)
		}
		var racing sync.WaitGroup
		for _, b := range browsers {
			racing.Go(func() { b.post("/account/sessions/end-others", nil) })
		}
		racing.Wait()
		if n := len(d.sessions(t, d.ada)); n > 1 {
			t.Errorf("%d sessions are left", n)
		}
	})
}

func (d *deployment) client(t *testing.T, id, name string, change ...func(*storage.Client)) storage.Client {
	t.Helper()
	c := storage.Client{ID: id, Kind: storage.KindApp, Name: name, CreatedAt: d.Clock.Now(), UpdatedAt: d.Clock.Now()}
	for _, f := range change {
		f(&c)
	}
	if err := d.DB.CreateClient(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c
}

// grant is access that client was given and has used; the query is that of its access token.
func (d *deployment) grant(t *testing.T, user storage.User, client storage.Client, sessionID string, offline bool, change ...func(*storage.Grant)) storage.TokenQuery {
	t.Helper()
	now := d.Clock.Now()
	g := storage.Grant{
		ID: storage.NewID("g_"), ClientID: client.ID, UserID: user.ID, SessionID: sessionID, Offline: offline, CreatedAt: now,
		ExpiresAt: now.Add(time.Hour), IdleAt: now.Add(time.Hour), CodeDigest: storage.Digest(storage.NewID("")), CodeExpiresAt: now.Add(time.Minute),
		GrantDetails: storage.GrantDetails{Scopes: []string{"openid", "email"}},
	}
	for _, f := range change {
		f(&g)
	}
	if err := d.DB.AddGrant(t.Context(), g, storage.Spent{}); err != nil {
		t.Fatal(err)
	}
	if err := d.DB.SpendCode(t.Context(), g.ID, now, now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	return storage.TokenQuery{JTI: g.ID, ClientID: client.ID, GrantID: g.ID, SessionID: sessionID, UserID: user.ID, IssuedAt: now}
}

func (d *deployment) alive(t *testing.T, token storage.TokenQuery) bool {
	t.Helper()
	state, err := d.DB.TokenState(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return state.Alive
}
