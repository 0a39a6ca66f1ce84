package provider

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/details"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

const (
	payShop  = `[{"type":"payment","creditor":"Shop","amount":12.50}]`
	useFiles = `[{"type":"files","actions":["read","write"]}]`
	readFile = `[{"type":"files","actions":["read"]}]`
)

// detailServer returns a server where payments and files can be asked for.
func detailServer(t testing.TB, db *durable.DB) *server {
	t.Helper()
	types, err := details.ParseTypes(`[
		{"type":"payment","sentence":"Pay {amount} to {creditor}","fields":{"creditor":{"required":true},"amount":{"kind":"number","required":true}}},
		{"type":"files","sentence":"Work with files","fields":{"actions":{"required":true,"values":["read","write"]}}}]`)
	must(t, err)
	return newServerAt(t, db, "", func(c *Config) { c.DetailTypes = types })
}

// detailed runs test on SQLite and on PostgreSQL, each with such a server of its own.
func detailed(t *testing.T, test func(t *testing.T, s *server)) {
	storagetest.Databases(t, func(t *testing.T, open func(*testing.T) *durable.DB) { test(t, detailServer(t, open(t))) })
}

func mayAsk(types ...string) func(*storage.Client) {
	return func(c *storage.Client) { c.DetailTypes = types }
}

// param returns the parameter authorization_details.
func param(text string) [2]string { return [2]string{"authorization_details", text} }

// sameJSON compares without regard to how it is written.
func sameJSON(t testing.TB, got any, want string) bool {
	t.Helper()
	var wanted any
	must(t, json.Unmarshal([]byte(want), &wanted))
	return reflect.DeepEqual(got, wanted)
}

// held returns the authorization_details that an access token carries.
func (s *server) held(token string) (all any) {
	s.t.Helper()
	claims, ok := s.Provider.tokens.OpenAccess(token)
	if !ok {
		s.t.Fatal("not an access token")
	}
	if claims.Details != nil {
		s.must(json.Unmarshal(claims.Details, &all))
	}
	return all
}

func TestDetailsThatNoClientMayAskFor(t *testing.T) {
	s := detailServer(t, storagetest.SQLite(t))
	app, agent := s.app(mayAsk("payment")), s.agent(mayAsk("payment"))
	for name, text := range map[string]string{
		"no JSON":         `payment`,
		"an object":       `{"type":"payment"}`,
		"an unknown type": `[{"type":"root"}]`,
		"another's type":  readFile,
		"incomplete":      `[{"type":"payment","creditor":"Shop"}]`,
		"more than known": `[{"type":"payment","creditor":"Shop","amount":1,"x":1}]`,
		"a member twice":  `[{"type":"payment","creditor":"Shop","creditor":"Thief","amount":1}]`,
		"long":            strings.Repeat(" ", 4<<10) + payShop,
	} {
		if got := s.get(s.authorizeURL(app, param(text))).refusal(t, s, "state"); got != "invalid_authorization_details" {
			t.Errorf("%s at /authorize: %s", name, got)
		}
		s.post("/par", s.pushForm(app, param(text)), app).refused(t, http.StatusBadRequest, "invalid_authorization_details")
		s.asks(agent, param(text)).refused(t, http.StatusBadRequest, "invalid_authorization_details")
	}
	plain := newServer(t, storagetest.SQLite(t))
	if got := plain.get(plain.authorizeURL(plain.app(mayAsk("payment")), param(payShop))).refusal(t, plain, "state"); got != "invalid_authorization_details" {
		t.Errorf("without types: %s", got)
	}
	s.post("/token", url.Values{"grant_type": {"client_credentials"}, "authorization_details": {payShop, payShop}}, agent).refused(t, http.StatusBadRequest, "invalid_request")
}

func TestDetailsTravelFromTheRequestToTheToken(t *testing.T) {
	detailed(t, func(t *testing.T, s *server) {
		app, ada := s.app(mayAsk("payment", "files")), s.person("ada")
		both := strings.TrimSuffix(payShop, "]") + "," + strings.TrimPrefix(useFiles, "[")
		code := ada.open(s.byName(app, s.pushed(app, param(both)))).location(t).Query().Get("code")
		first := s.redeem(app, code)
		if !sameJSON(t, first.json(t, "authorization_details"), both) || !sameJSON(t, s.held(first.tokens(t).AccessToken), both) {
			t.Fatalf("%s", first.body)
		}
		if !strings.Contains(string(first.body), "12.50") {
			t.Errorf("an amount has lost a digit: %s", first.body)
		}
		for _, token := range []string{first.tokens(t).AccessToken, first.tokens(t).RefreshToken} {
			if told := s.inspected(app, token); !sameJSON(t, told.json(t, "authorization_details"), both) {
				t.Errorf("%s", told.body)
			}
		}
		// A refresh inherits all, may name less, and never more.
		refresh := first.tokens(t).RefreshToken
		for _, more := range []string{`[{"type":"payment","creditor":"Shop","amount":13}]`, strings.TrimSuffix(both, "]") + "," + strings.TrimPrefix(payShop, "[")} {
			s.refresh(app, refresh, param(more)).refused(t, http.StatusBadRequest, "invalid_authorization_details")
		}
		less := s.refresh(app, refresh, param(readFile))
		if !sameJSON(t, less.json(t, "authorization_details"), readFile) || !sameJSON(t, s.held(less.tokens(t).AccessToken), readFile) {
			t.Errorf("%s", less.body)
		}
		all := s.refresh(app, less.tokens(t).RefreshToken)
		if !sameJSON(t, all.json(t, "authorization_details"), both) {
			t.Errorf("%s", all.body)
		}
		// What the operator takes from the client is lost.
		c := s.client(app.id)
		c.DetailTypes = []string{"files"}
		s.must(s.db.UpdateClient(t.Context(), &c))
		left := s.refresh(app, all.tokens(t).RefreshToken)
		if !sameJSON(t, left.json(t, "authorization_details"), useFiles) {
			t.Errorf("%s", left.body)
		}
		s.refresh(app, left.tokens(t).RefreshToken, param(payShop)).refused(t, http.StatusBadRequest, "invalid_authorization_details")
	})
}

func TestCodeIsRedeemedForNoMoreThanWasAllowed(t *testing.T) {
	detailed(t, func(t *testing.T, s *server) {
		app, ada := s.app(mayAsk("payment", "files")), s.person("ada")
		code := ada.code(app, param(useFiles))
		form := codeForm(code)
		form.Set("authorization_details", payShop)
		s.post("/token", form, app).refused(t, http.StatusBadRequest, "invalid_authorization_details")
		form.Set("authorization_details", "nonsense")
		s.post("/token", form, app).refused(t, http.StatusBadRequest, "invalid_authorization_details")
		form.Set("authorization_details", readFile) // the refusals did not burn the code
		if a := s.post("/token", form, app); !sameJSON(t, a.json(t, "authorization_details"), readFile) {
			t.Errorf("%s", a.body)
		}
		form = codeForm(ada.code(app))
		form.Set("authorization_details", readFile)
		s.post("/token", form, app).refused(t, http.StatusBadRequest, "invalid_authorization_details")
		if a := s.redeem(app, ada.code(app)); a.json(t, "authorization_details") != nil || s.held(a.tokens(t).AccessToken) != nil {
			t.Errorf("nothing asked for: %s", a.body)
		}
	})
}

func TestWhoAsksInDetailsGetsNoDefaultScopes(t *testing.T) {
	s := detailServer(t, storagetest.SQLite(t))
	app, agent, ada := s.app(mayAsk("files")), s.agent(mayAsk("files")), s.person("ada")
	got := ada.tokens(app, [2]string{"scope", ""}, param(readFile))
	if got.Scope != "" || got.IDToken != "" {
		t.Errorf("%+v", got)
	}
	if again := s.refresh(app, got.RefreshToken).tokens(t); again.Scope != "" || again.IDToken != "" {
		t.Errorf("after a refresh: %+v", again)
	}
	c := s.client(app.id)
	c.DetailTypes = nil
	s.must(s.db.UpdateClient(s.ctx(), &c))
	s.refresh(app, got.RefreshToken).refused(t, http.StatusBadRequest, "invalid_grant")
	if a := s.asks(agent, param(readFile)); a.json(t, "scope") != "" || !sameJSON(t, s.held(a.tokens(t).AccessToken), readFile) {
		t.Errorf("%s", a.body)
	}
	if a := s.asks(agent, param(readFile), [2]string{"scope", "a"}); a.json(t, "scope") != "a" || !sameJSON(t, a.json(t, "authorization_details"), readFile) {
		t.Errorf("%s", a.body)
	}
}

func TestDeviceAsksInDetails(t *testing.T) {
	detailed(t, func(t *testing.T, s *server) {
		tv, ada := s.app(television, public, mayAsk("payment")), s.person("ada")
		form := url.Values{"client_id": {tv.id}, "authorization_details": {readFile}}
		s.post("/device_authorization", form).refused(t, http.StatusBadRequest, "invalid_authorization_details")
		d := s.begin(tv, param(payShop))
		path := ada.enter(d.UserCode)
		if page := ada.open(path); !strings.Contains(string(page.body), `Pay <bdi class="strong">12.50</bdi> to <bdi class="strong">Shop</bdi>`) {
			t.Errorf("the page does not say what it is about: %s", page.body)
		}
		ada.submit(path, url.Values{"decision": {"allow"}}).page(t, http.StatusOK)
		if a := s.poll(tv, d.DeviceCode); !sameJSON(t, a.json(t, "authorization_details"), payShop) {
			t.Errorf("%s", a.body)
		}
	})
}

func TestTypesOfDetailsAreAdvertised(t *testing.T) {
	const name = "authorization_details_types_supported"
	got := detailServer(t, storagetest.SQLite(t)).get("/.well-known/oauth-authorization-server").json(t, name)
	if !reflect.DeepEqual(got, []any{"payment", "files"}) {
		t.Errorf("%v", got)
	}
	if got := newServer(t, storagetest.SQLite(t)).get("/.well-known/oauth-authorization-server").json(t, name); got != nil {
		t.Errorf("without types: %v", got)
	}
}
