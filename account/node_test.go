package account_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/account"
	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/login/passkey"
	"github.com/symbolon-id/symbolon/login/recovery"
	"github.com/symbolon-id/symbolon/login/totp"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/users"
	"github.com/symbolon-id/symbolon/web"
)

const issuer = "https://id.example"

// outbox keeps what was queued.
type outbox struct {
	mu   sync.Mutex
	sent []mail.Message
}

func (o *outbox) Send(_ context.Context, m mail.Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sent = append(o.sent, m)
	return nil
}

// Notify sends m to every address of user.
func (o *outbox) Notify(ctx context.Context, user storage.User, m templates.NoticeMail) error {
	for _, to := range user.Addresses() {
		if err := o.Send(ctx, mail.Message{To: to, Subject: m.Title.String(), Text: m.Sentence.String()}); err != nil {
			return err
		}
	}
	return nil
}

// to returns the mails to an address, oldest first.
func (o *outbox) to(email string) (all []mail.Message) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range o.sent {
		if m.To == email {
			all = append(all, m)
		}
	}
	return all
}

// door is a login method that takes people's word for what they prove, so that tests come in at
// every level.
type door struct{}

func (door) Name() string                                                    { return "mail" }
func (door) Offered(context.Context, login.Attempt) (templates.Offer, error) { return nil, nil }
func (door) Mount(mux *web.Mux, flow *login.Flow) {
	mux.Page("POST /login/door", func(w http.ResponseWriter, r *http.Request) error {
		kind := login.Kind(login.Posted(r, "kind"))
		p := login.Proof{Method: "mail", Kind: kind, UserID: login.Posted(r, "user"), AMR: []string{"door"}}
		if kind == login.Operator {
			p.AMR = []string{"recover"}
		}
		return flow.Complete(w, r, login.Posted(r, "request"), p)
	})
}

// deployment is one database, one ephemeral store and one node.
type deployment struct {
	*logintest.Deployment
	mails    *outbox
	area     *account.Area
	node     *logintest.Node
	ada, eve storage.User
}

func deploy(t *testing.T, db *durable.DB) *deployment {
	t.Helper()
	d := &deployment{Deployment: logintest.Empty(t, db), mails: &outbox{}}
	d.Bare, d.Flow = true, login.Options{Others: account.OthersPath}
	d.ada, d.eve = d.user(t, "u_ada", "ada@example.com"), d.user(t, "u_eve", "eve@example.com")
	rp, err := passkey.NewRelyingParty(passkey.Options{Issuer: issuer, Name: "Example"})
	if err != nil {
		t.Fatal(err)
	}
	d.node = d.NodeOf([]login.Method{
		door{}, &passkey.Method{RelyingParty: rp, Passkeys: db, Ephemeral: d.Ephemeral, Now: d.Clock.Now},
		&totp.Method{Store: db, Sealer: d.Sealer, Now: d.Clock.Now},
		&recovery.Method{Store: db, Notices: d.mails, Link: issuer + "/account/codes", Now: d.Clock.Now},
	})
	d.area = d.newArea(rp)
	d.remount(t)
	return d
}

func (d *deployment) newArea(rp *passkey.RelyingParty) *account.Area {
	n := d.node
	return &account.Area{
		Site: web.Site{Issuer: issuer}, Store: d.DB, Users: &users.Service{Store: d.DB, Audit: n.Audit, Clock: d.Clock.Now}, Ephemeral: d.Ephemeral, Sessions: n.Sessions, StepUp: n.Flow, Requests: n.Requests,
		Passkeys: &passkey.Enrolment{RelyingParty: rp, Store: d.DB, Ephemeral: d.Ephemeral, Now: d.Clock.Now, Audit: n.Audit, Notices: d.mails},
		App:      &totp.Enrolment{Store: d.DB, Sealer: d.Sealer, Issuer: "Example", Now: d.Clock.Now}, QR: totp.QR,
		Codes: &recovery.Codes{Store: d.DB, Now: d.Clock.Now, Audit: n.Audit, Notices: d.mails}, Browser: n.Requests.Browser, Limiter: d.Limiter(),
		Mailer: d.mails, Letters: n.Pages, Pages: n.Pages, Audit: n.Audit, Clock: d.Clock.Now,
		Sentence: func(scope string) i18n.Text { return map[string]i18n.Text{"email": "See your email address"}[scope] },
	}
}

// remount serves the pages anew, after the area was changed.
func (d *deployment) remount(t *testing.T) {
	t.Helper()
	d.node.Serve(t, func(mux *web.Mux, _ *logintest.Node) { d.area.Mount(mux.Under(d.area.Site.Base)) })
}

func (d *deployment) user(t *testing.T, id, email string) storage.User {
	t.Helper()
	u := storage.User{ID: id, Email: email, EmailVerified: true, Name: "Ada", CreatedAt: d.Clock.Now(), UpdatedAt: d.Clock.Now()}
	if err := d.DB.CreateUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	return u
}

// visitor is a browser at the node.
type visitor struct {
	*logintest.Browser
	d *deployment
}

func (d *deployment) stranger(t *testing.T) visitor {
	b := logintest.NewBrowser(t)
	b.UserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	return visitor{b, d}
}

// signedIn is a browser in which user has just proven that.
func (d *deployment) signedIn(t *testing.T, user storage.User, kind login.Kind) visitor {
	t.Helper()
	v := d.stranger(t)
	v.signIn(t, user, kind, "")
	return v
}

func (v visitor) signIn(t *testing.T, user storage.User, kind login.Kind, handle string) logintest.Page {
	t.Helper()
	form := url.Values{"user": {user.ID}, "kind": {string(kind)}}
	if handle != "" {
		form.Set("request", handle)
	}
	p := v.post("/login/door", form)
	if p.Status != http.StatusSeeOther {
		t.Fatalf("sign in: %d", p.Status)
	}
	return p
}

func (v visitor) get(path string) logintest.Page { return v.Get(v.d.node, path) }

func (v visitor) post(path string, form url.Values) logintest.Page {
	return v.Post(v.d.node, path, form)
}

// inside reports whether the browser is signed in.
func (v visitor) inside() bool { return v.get("/account").Status == http.StatusOK }

// addPasskey gives user a passkey, as if it had been enrolled.
func (d *deployment) addPasskey(t *testing.T, user storage.User, name string) storage.Passkey {
	t.Helper()
	p := storage.Passkey{
		ID: storage.NewID("pk_"), UserID: user.ID, CredentialID: []byte(storage.NewID("")), Credential: []byte(`{}`), Name: name, CreatedAt: d.Clock.Now(),
	}
	spend := storage.Spent{Kind: "test", Value: p.ID, Until: d.Clock.Now().Add(time.Hour)}
	if err := d.DB.AddPasskey(t.Context(), p, spend); err != nil {
		t.Fatal(err)
	}
	return p
}

func (d *deployment) addApp(t *testing.T, user storage.User) {
	t.Helper()
	seed := storage.TOTP{UserID: user.ID, Seed: []byte("sealed"), CreatedAt: d.Clock.Now()}
	if err := d.DB.ProposeTOTP(t.Context(), seed); err != nil {
		t.Fatal(err)
	}
	if err := d.DB.ConfirmTOTP(t.Context(), seed, 1, d.Clock.Now()); err != nil {
		t.Fatal(err)
	}
}

func (d *deployment) factors(t *testing.T, user storage.User) storage.Factors {
	t.Helper()
	f, err := d.DB.Factors(t.Context(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// events returns those of a type, newest first.
func (d *deployment) events(t *testing.T, user storage.User, kind string) []audit.Event {
	t.Helper()
	if err := d.node.Audit.Close(t.Context()); err != nil { // stores what waits
		t.Fatal(err)
	}
	all, err := d.DB.Events(t.Context(), audit.Filter{Type: kind, UserID: user.ID, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (d *deployment) must(t *testing.T, what string, got, want any) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: %v, want %v", what, got, want)
	}
}

// everywhere runs a claim on every kind of database.
func everywhere(t *testing.T, claim func(t *testing.T, d *deployment)) {
	storagetest.Databases(t, func(t *testing.T, open func(t *testing.T) *durable.DB) { claim(t, deploy(t, open(t))) })
}

var codeIn = regexp.MustCompile(`(?m)^\s*(\d{6})\s*$`)

var linkIn = regexp.MustCompile(regexp.QuoteMeta(issuer) + `(/account/email/link/[A-Za-z0-9_]+)`)
