package passkey_test

import (
	"encoding/hex"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/login/passkey"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/web"
)

const issuer = logintest.Issuer

// deployment is one database and one ephemeral store, with any number of nodes.
type deployment struct {
	*logintest.Deployment
	rp       *passkey.RelyingParty
	ada, eve storage.User
	others   string          // the page of what else has access
	method   *passkey.Method // of the last node that offers a passkey
}

func deploy(t *testing.T, db *durable.DB) *deployment { return deployWith(t, db, passkey.Policy{}) }

func deployWith(t *testing.T, db *durable.DB, policy passkey.Policy) *deployment {
	t.Helper()
	d := &deployment{Deployment: logintest.Deploy(t, db)}
	d.ada = storage.User{ID: "u_ada", Email: "ada@example.com", Name: "ada"}
	d.eve = d.User("u_eve", "eve@example.com", "")
	d.require(t, policy)
	return d
}

// require changes the policy of nodes and enrolments made from now on.
func (d *deployment) require(t *testing.T, policy passkey.Policy) {
	t.Helper()
	rp, err := passkey.NewRelyingParty(passkey.Options{Issuer: issuer, Name: "Example", Policy: policy})
	if err != nil {
		t.Fatal(err)
	}
	d.rp = rp
}

func (d *deployment) node(t *testing.T) *logintest.Node {
	t.Helper()
	method := &passkey.Method{RelyingParty: d.rp, Passkeys: d.DB, Ephemeral: d.Ephemeral, Now: d.Clock.Now}
	return d.NodeOf([]login.Method{method}, wellKnown(d), confirmation)
}

func wellKnown(d *deployment) func(*web.Mux, *logintest.Node) {
	return func(mux *web.Mux, n *logintest.Node) {
		passkey.WellKnown{Site: n.Flow.Site, RelyingParty: d.rp}.Mount(mux)
	}
}

// confirmation replaces a page of the account that asks for a step-up.
func confirmation(mux *web.Mux, n *logintest.Node) {
	mux.Page("GET /confirm", func(w http.ResponseWriter, r *http.Request) error {
		return n.Flow.StepUp(w, r, "/account/passkeys")
	})
}

func (d *deployment) enrolment() *passkey.Enrolment {
	return &passkey.Enrolment{RelyingParty: d.rp, Store: d.DB, Ephemeral: d.Ephemeral, Now: d.Clock.Now}
}

const browser = "BROWSERBROWSERBROWSERBROWS"

// creation returns options for a new passkey of user.
func (d *deployment) creation(t *testing.T, user storage.User) string {
	t.Helper()
	o, err := d.enrolment().Options(t.Context(), user, browser)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (d *deployment) finish(t *testing.T, user storage.User, credential string) (storage.Passkey, error) {
	return d.enrolment().Finish(t.Context(), user, browser, credential, "")
}

// enrol adds dev to user's account.
func (d *deployment) enrol(t *testing.T, user storage.User, dev *device) storage.Passkey {
	t.Helper()
	p, err := d.finish(t, user, dev.create(d.creation(t, user)))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (d *deployment) passkeys(t *testing.T, user storage.User) []storage.Passkey {
	t.Helper()
	all, err := d.DB.Passkeys(t.Context(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (d *deployment) sessions(t *testing.T, user storage.User) []storage.Session {
	t.Helper()
	all, err := d.DB.UserSessions(t.Context(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// refusals are the reasons of the audit log.
func (d *deployment) refusals(t *testing.T) map[string]int {
	t.Helper()
	events, err := d.DB.Events(t.Context(), audit.Filter{Type: audit.SignIn, Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]int{}
	for _, e := range events {
		if e.Outcome == audit.Refused {
			all[e.Reason]++
		}
	}
	return all
}

var optionsOf = regexp.MustCompile(`data-options="([^"]*)"`)

// asked returns the options that the sign-in page of this request asks with.
func asked(t *testing.T, b *logintest.Browser, n *logintest.Node, handle string) string {
	t.Helper()
	p := b.Get(n, n.Flow.SignInURL(handle))
	return optionsIn(t, p)
}

func optionsIn(t *testing.T, p logintest.Page) string {
	t.Helper()
	m := optionsOf.FindStringSubmatch(p.Body)
	if m == nil {
		t.Fatalf("status %d: no options in the page", p.Status)
	}
	return html.UnescapeString(m[1])
}

func post(b *logintest.Browser, n *logintest.Node, handle, credential string) logintest.Page {
	form := url.Values{"credential": {credential}}
	if handle != "" {
		form.Set("request", handle)
	}
	return b.Post(n, "/login/passkey", form)
}

// everywhere runs a claim on every kind of database.
func everywhere(t *testing.T, claim func(t *testing.T, d *deployment)) {
	storagetest.Databases(t, func(t *testing.T, open func(t *testing.T) *durable.DB) { claim(t, deploy(t, open(t))) })
}

// ceremonyKey is where the ceremony of these options is kept.
func ceremonyKey(t *testing.T, options string) string {
	return "passkey:" + hex.EncodeToString(storage.Digest(read(t, options).Challenge))
}
