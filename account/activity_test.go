package account_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
)

// happened adds events of user, the oldest first.
func (d *deployment) happened(t *testing.T, user storage.User, events ...audit.Event) {
	t.Helper()
	for i := range events {
		d.Clock.Add(1e6)
		events[i].ID, events[i].At, events[i].UserID = storage.NewID("e"), d.Clock.Now(), user.ID
		if events[i].Outcome == "" {
			events[i].Outcome = audit.Success
		}
	}
	if err := d.DB.AppendEvents(t.Context(), events); err != nil {
		t.Fatal(err)
	}
}

func TestSomebodyElsesActivityDoesNotExist(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		ada, second, eve := d.signedIn(t, d.ada, login.Mailbox), d.signedIn(t, d.ada, login.Mailbox), d.signedIn(t, d.eve, login.Mailbox)
		d.happened(t, d.ada, audit.Event{Type: audit.FactorAdded, Method: "passkey", IP: "192.0.2.7"})
		id := d.events(t, d.ada, audit.FactorAdded)[0].ID
		for _, event := range []string{id, "", "e_none", "\x00"} {
			d.must(t, event, eve.post("/account/activity/not-me", url.Values{"event": {event}}).Status, http.StatusNotFound)
		}
		if p := eve.get("/account/activity"); strings.Contains(p.Body, "Added a passkey") {
			t.Error("eve reads ada's activity")
		}
		d.must(t, "ada", ada.inside() && second.inside(), true)
	})
}

func TestActivityIsInPlainWords(t *testing.T) {
	d := deploySQLite(t)
	v := d.signedIn(t, d.ada, login.Mailbox)
	v.post("/account/sessions/end-others", nil)
	d.happened(t, d.ada,
		audit.Event{Type: audit.TokenRefreshed, ClientID: "c_app"}, audit.Event{Type: audit.GrantCreated, ClientID: "c_app"},
		audit.Event{Type: audit.SignIn, Method: "mail+totp", IP: "192.0.2.7"},
		audit.Event{Type: audit.SignIn, Method: "passkey", Outcome: audit.Refused, Reason: "spent", IP: "2001:db8::1"},
		audit.Event{Type: audit.RecoveryLinkMade, Method: "cli:ada"}, audit.Event{Type: audit.SessionMoved, IP: "198.51.100.9"},
	)
	d.events(t, d.ada, "") // what waits is stored first
	p := v.get("/account/activity")
	for _, said := range []string{
		"Signed in with an email.", "Signed in with an email and an authenticator app.", "Someone tried to sign in with a passkey.", "blocked",
		"192.0.2.0/24", "2001:db8::/64", "created a recovery link for your account", "Continued from a different network.", "Signed out all other browsers.",
	} {
		if !strings.Contains(p.Body, said) {
			t.Errorf("it does not say %q", said)
		}
	}
	for _, unsaid := range []string{"token", "grant", "192.0.2.7", "2001:db8::1"} {
		if strings.Contains(p.Body, unsaid) {
			t.Errorf("it says %q", unsaid)
		}
	}
}

var olderLink = regexp.MustCompile(`/account/activity\?before=[A-Za-z0-9_-]+`)

func TestActivityGoesBackPageByPage(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		v := d.signedIn(t, d.ada, login.Mailbox)
		for range 70 {
			d.happened(t, d.ada, audit.Event{Type: audit.ProfileChanged}, audit.Event{Type: audit.TokenIssued})
			d.happened(t, d.eve, audit.Event{Type: audit.ProfileChanged})
		}
		seen, path := 0, "/account/activity"
		for range 5 {
			p := v.get(path)
			seen += strings.Count(p.Body, "<h2><bdi>Changed the profile.")
			if path = olderLink.FindString(p.Body); path == "" {
				break
			}
			d.happened(t, d.ada, audit.Event{Type: audit.ProfileChanged}) // what is new meanwhile moves nothing
		}
		d.must(t, "seen", seen, 70)
		for odd, newest := range map[string]bool{"e_none": false, "": true, "' OR 1=1": true, "\x00": true, "é": true, strings.Repeat("x", 1000): true} {
			p := v.get("/account/activity?before=" + url.QueryEscape(odd))
			d.must(t, odd, p.Status == http.StatusOK && strings.Contains(p.Body, "Changed the profile.") == newest, true)
		}
	})
}

func TestActivityNamesAppsThatHaveNoAccessAnyMore(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		client := storage.Client{ID: "c_books", Kind: storage.KindApp, Name: "Books", CreatedAt: d.Clock.Now(), UpdatedAt: d.Clock.Now()}
		if err := d.DB.CreateClient(t.Context(), client); err != nil {
			t.Fatal(err)
		}
		v := d.signedIn(t, d.ada, login.Mailbox)
		d.happened(t, d.ada, audit.Event{Type: audit.ConsentWithdrawn, ClientID: "c_books"}, audit.Event{Type: audit.ConsentGiven, ClientID: "c_gone"})
		body := v.get("/account/activity").Body
		for _, said := range []string{"Removed access for Books.", "Gave an app access to your account."} {
			if !strings.Contains(body, said) {
				t.Errorf("it does not say %q", said)
			}
		}
	})
}

func TestThisWasntMeEndsEveryOtherSessionAndSaysWhatToDoNext(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		for kind, next := range map[string]string{
			audit.SignIn: "/account", audit.FactorAdded: "/account/passkeys", audit.ConsentGiven: "/account/connections", audit.EmailAsked: "/account/profile",
		} {
			v, thief := d.signedIn(t, d.ada, login.Mailbox), d.signedIn(t, d.ada, login.Mailbox)
			d.happened(t, d.ada, audit.Event{Type: kind, Method: "passkey"})
			p := v.post("/account/activity/not-me", url.Values{"event": {d.events(t, d.ada, kind)[0].ID}})
			if p.Status != http.StatusOK || !strings.Contains(p.Body, fmt.Sprintf(`href="%s"`, next)) {
				t.Errorf("%s: %d does not lead to %s", kind, p.Status, next)
			}
			d.must(t, "thief", thief.inside(), false)
			d.must(t, "here", v.inside(), true)
		}
		d.must(t, "events", len(d.events(t, d.ada, audit.Disowned)), 4)
	})
}
