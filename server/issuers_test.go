package server

import (
	"context"
	"encoding/json"
	"errors"
	"html"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/config"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/relyingparty"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/web"
)

// Two issuers on one host have the same process, the same secret, the same people and the same clients by
// name and by secret. Still nothing of one is taken by the other.
func TestTwoIssuersInOneProcessShareNothingPeopleCanUse(t *testing.T) {
	a, b := twoIssuers(t)
	ada := newBrowser(t)
	atA, atB := ada.signIn(a), ada.signIn(b)

	for _, c := range []struct {
		at, of *issuer
		own    grantedTokens
		tokens grantedTokens
	}{{a, b, atA, atB}, {b, a, atB, atA}} {
		if _, err := c.own.client.Userinfo(t.Context(), c.own.tokens); err != nil {
			t.Errorf("%s refuses its own access token: %v", c.at.site.Issuer, err)
		}
		if _, err := c.own.client.Userinfo(t.Context(), c.tokens.tokens); err == nil {
			t.Errorf("%s takes an access token of %s", c.at.site.Issuer, c.of.site.Issuer)
		}
		var refusal relyingparty.Refusal
		if _, err := c.own.client.Refresh(t.Context(), c.tokens.tokens.RefreshToken); !errors.As(err, &refusal) {
			t.Errorf("%s answers a refresh token of %s with %v", c.at.site.Issuer, c.of.site.Issuer, err)
		}
		if _, err := c.own.client.Refresh(t.Context(), c.own.tokens.RefreshToken); err != nil {
			t.Errorf("%s refuses its own refresh token: %v", c.at.site.Issuer, err)
		}
	}
	if shared := intersection(keyIDs(t, a), keyIDs(t, b)); len(shared) > 0 {
		t.Errorf("both publish the keys %v", shared)
	}
}

func TestSessionOfOneIssuerIsNoneAtAnother(t *testing.T) {
	a, b := twoIssuers(t)
	ada := newBrowser(t)
	ada.signIn(a)
	if p := ada.get(a.site.URL("/account")); p.status != http.StatusOK {
		t.Fatalf("at home: %d", p.status)
	}
	if p := ada.get(b.site.URL("/account")); p.status != http.StatusSeeOther {
		t.Errorf("signed in at %s by the cookie of %s: %d", b.site.Issuer, a.site.Issuer, p.status)
	}
	names := ada.cookieNames(a)
	ada.signIn(b)
	if p := ada.get(a.site.URL("/account")); p.status != http.StatusOK {
		t.Errorf("to sign in at %s ended the session at %s: %d", b.site.Issuer, a.site.Issuer, p.status)
	}
	session, planted := a.site.Cookies().CookieName("symbolon_session"), b.site.Cookies().CookieName("symbolon_session")
	if !slices.Contains(names, session) || slices.Contains(names, planted) {
		t.Fatalf("cookies %v", names)
	}
	thief := newBrowser(t)
	thief.plant(b, planted, ada.cookie(a, session))
	if p := thief.get(b.site.URL("/account")); p.status != http.StatusSeeOther {
		t.Errorf("a session of %s is one at %s under the right name: %d", a.site.Issuer, b.site.Issuer, p.status)
	}
}

func TestIssuersShareNeitherPendingValuesNorLimits(t *testing.T) {
	a, b := twoIssuers(t)
	if err := a.ephemeral.Put(t.Context(), "request:1", []byte("of a"), time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, err := b.ephemeral.Take(t.Context(), "request:1"); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("what one keeps, another finds: %v", err)
	}
	if value, err := a.ephemeral.Take(t.Context(), "request:1"); err != nil || string(value) != "of a" {
		t.Errorf("%q, %v", value, err)
	}
	once := web.Limit{Events: 1, Per: time.Hour}
	for _, i := range []*issuer{a, b} {
		if err := i.limiter.Allow(t.Context(), "test:one", once); err != nil {
			t.Errorf("%s: %v", i.site.Issuer, err)
		}
		if err := i.limiter.Allow(t.Context(), "test:one", once); err == nil {
			t.Errorf("%s: no limit", i.site.Issuer)
		}
	}
}

// twoIssuers serves https://host/a and https://host/b, each with a database, from one process.
func twoIssuers(t *testing.T) (a, b *issuer) {
	t.Helper()
	root := http.NewServeMux()
	server := httptest.NewServer(root)
	t.Cleanup(server.Close)
	conf, _, err := config.Source{Env: []string{"SYMBOLON_ISSUER=" + server.URL + "/a", "SYMBOLON_DATABASE_URL=" + storagetest.SQLiteURL(t)}}.Load(config.Dev)
	if err != nil {
		t.Fatal(err)
	}
	conf.Secret, conf.MailFrom = config.NewSecret(), "Symbolon <symbolon@localhost>"
	d := &Dev{Mailbox: &mail.Mailbox{}}
	p, err := New(t.Context(), conf, slog.New(slog.DiscardHandler), d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, p.Close) })

	second := description{AuthorizationServer: conf.AuthorizationServer, name: "b:"}
	second.Issuer = server.URL + "/b"
	if second.db, err = durable.Open(t.Context(), storagetest.SQLiteURL(t)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, func(context.Context) error { return second.db.Close() }) })
	if err := second.db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	other, err := newIssuer(t.Context(), p, second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, other.close) })
	for _, i := range []*issuer{p.Issuer, other} {
		if err := d.Seed(t.Context(), i); err != nil {
			t.Fatal(err)
		}
		root.Handle(i.site.Path("/"), i.mux)
	}
	return p.Issuer, other
}

func closed(t *testing.T, release func(context.Context) error) {
	if err := release(context.Background()); err != nil {
		t.Error(err)
	}
}

// browser is one person's, for all issuers.
type browser struct {
	t    *testing.T
	http *http.Client
}

type answer struct {
	status         int
	location, body string
}

func newBrowser(t *testing.T) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// grantedTokens are what the demo app has from one issuer.
type grantedTokens struct {
	client *relyingparty.Client
	tokens *relyingparty.Tokens
}

const callbackURI = "http://127.0.0.1/callback"

// onward is the button back to the app.
var onward = regexp.MustCompile(`href="(` + regexp.QuoteMeta(callbackURI) + `\?[^"]*)"`)

// signIn walks the code flow of the demo app as Alice, who allows everything.
func (b *browser) signIn(i *issuer) grantedTokens {
	b.t.Helper()
	client, err := relyingparty.Discover(b.t.Context(), i.site.Issuer, relyingparty.Registration{
		ClientID: demoApp.ID, Secret: demoApp.Secret, Scopes: []string{"openid", "email", "offline_access"},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	q := relyingparty.NewRequest(callbackURI)
	p := b.get(client.URL(q))
	for range 10 {
		back := onward.FindStringSubmatch(p.body)
		switch {
		case back != nil:
			u, err := url.Parse(html.UnescapeString(back[1]))
			if err != nil {
				b.t.Fatal(err)
			}
			tokens, err := client.Redeem(b.t.Context(), q, u.Query())
			if err != nil {
				b.t.Fatal(err)
			}
			return grantedTokens{client, tokens}
		case p.location != "":
			p = b.get(resolved(i, p.location))
		case strings.Contains(p.body, `action="`+i.site.Path("/login/dev")):
			p = b.submit(i, p, "/login/dev", url.Values{"user": {"u_alice"}})
		default:
			p = b.submit(i, p, "/consent", url.Values{"decision": {"allow"}})
		}
	}
	b.t.Fatalf("%s led nowhere: %+v", i.site.Issuer, p)
	return grantedTokens{}
}

func resolved(i *issuer, location string) string {
	if strings.HasPrefix(location, "/") {
		return i.site.Origin() + location
	}
	return location
}

func (b *browser) get(address string) answer {
	b.t.Helper()
	return b.send(http.NewRequestWithContext(b.t.Context(), http.MethodGet, address, nil))
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)

// submit sends the form of p that goes to path.
func (b *browser) submit(i *issuer, p answer, path string, fields url.Values) answer {
	b.t.Helper()
	_, form, found := strings.Cut(p.body, `action="`+i.site.Path(path))
	if !found {
		b.t.Fatalf("no form to %s: %d\n%s", path, p.status, p.body)
	}
	form, _, _ = strings.Cut(form, "</form>")
	for _, input := range hidden.FindAllStringSubmatch(form, -1) {
		fields.Set(input[1], html.UnescapeString(input[2]))
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, i.site.URL(path), strings.NewReader(fields.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return b.send(r, err)
}

func (b *browser) send(r *http.Request, err error) answer {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	response, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header.Get("Location"), string(body)}
}

func (b *browser) cookies(i *issuer) map[string]string {
	b.t.Helper()
	u, err := url.Parse(i.site.URL("/"))
	if err != nil {
		b.t.Fatal(err)
	}
	all := map[string]string{}
	for _, c := range b.http.Jar.Cookies(u) {
		all[c.Name] = c.Value
	}
	return all
}

func (b *browser) cookieNames(i *issuer) []string { return slices.Collect(maps.Keys(b.cookies(i))) }

func (b *browser) cookie(i *issuer, name string) string { return b.cookies(i)[name] }

func (b *browser) plant(i *issuer, name, value string) {
	b.t.Helper()
	u, err := url.Parse(i.site.URL("/"))
	if err != nil {
		b.t.Fatal(err)
	}
	b.http.Jar.SetCookies(u, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}

func keyIDs(t *testing.T, i *issuer) []string {
	t.Helper()
	var set struct {
		Keys []struct {
			ID string `json:"kid"`
		} `json:"keys"`
	}
	if err := json.Unmarshal([]byte(newBrowser(t).get(i.site.URL("/jwks")).body), &set); err != nil || len(set.Keys) == 0 {
		t.Fatalf("%+v, %v", set, err)
	}
	var ids []string
	for _, k := range set.Keys {
		ids = append(ids, k.ID)
	}
	return ids
}

func intersection(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(id string) bool { return !slices.Contains(b, id) })
}
