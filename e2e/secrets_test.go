package e2e

import (
	"html"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The logs of the whole run are read once more when every test is through; see run.
func TestSecretsStayOutOfLogsAndDatabases(t *testing.T) {
	t.Parallel()
	for _, d := range []*deployment{ownSQLite(t), ownCluster(t)} {
		t.Run(d.name, func(t *testing.T) {
			a, ag, who := d.app(t), d.agent(t), d.person(t)
			token, v := a.tokensIn(t, d.visitor(t), who)
			waiting, l := v.askForMail(d, v.get("/login?switch=1&request="+handleOfNew(v, a)), who)
			a.code(t, v, who) // left unspent
			a.refresh(t, d.issuer, token.RefreshToken)
			everyMistake(d, a, ag, v, token.AccessToken, l)
			factorsInWrongPlaces(t, d)
			if waiting.status != http.StatusOK {
				t.Fatal(waiting.body)
			}
			time.Sleep(1500 * time.Millisecond) // what is stored in batches comes a second later
			for _, kind := range lab.seen.found(d.dump(t), false) {
				t.Errorf("the database holds a %s", kind)
			}
			for _, kind := range lab.seen.found(d.passing(t), false) {
				t.Errorf("Redis holds a %s", kind)
			}
			for _, n := range d.nodes {
				text := must[[]byte](t)(os.ReadFile(n.process.log))
				if !strings.Contains(string(text), `"route":"POST /token"`) {
					t.Errorf("%s keeps no log of requests", n.name)
				}
				for _, kind := range lab.seen.found(text, true) {
					t.Errorf("the log of %s holds a %s", n.name, kind)
				}
			}
		})
	}
}

func handleOfNew(v *visitor, a *app) string {
	v.t.Helper()
	return handleIn(v.follow(v.get(a.begin("prompt", "login").url)))
}

// everyMistake sends secrets where they do not belong.
func everyMistake(d *deployment, a *app, ag agent, v *visitor, access string, l letter) {
	for _, path := range []string{
		"/userinfo?access_token=" + access, "/token?client_secret=" + a.ClientSecret, "/introspect?token=" + access, "/nowhere/" + access,
		"/authorize?client_id=" + a.ClientID + "&client_secret=" + a.ClientSecret, "/authorize/" + access, "/login?request=" + access, "/" + l.link[len(d.issuer)+1:] + "/x",
	} {
		v.get(path)
		v.post(path, nil)
	}
	v.get(l.link)
	for _, secret := range []string{a.ClientSecret, access, "%" + ag.ClientSecret} {
		_, _ = call(a.http, d.issuer+"/token", registered{ClientID: secret, ClientSecret: secret}, "grant_type", secret, "scope", secret, "code", secret)
		_, _ = call(a.http, d.issuer+"/revoke", a.registered, "token", secret+"x", "token_type_hint", secret)
		_, _ = call(a.http, d.issuer+"/introspect", a.registered, "token", secret+"x")
	}
}

// factorsInWrongPlaces sets everything up there is, uses it, and sends it where it does not belong.
func factorsInWrongPlaces(t *testing.T, d *deployment) {
	t.Helper()
	who, v := d.person(t), d.visitor(t)
	phone, codes := v.addApp(d, who)
	var challenges []string
	for _, path := range []string{"/login", "/account/passkeys"} {
		p := d.visitor(t).get(path)
		if path == "/account/passkeys" { // mail is not enough any more
			p = v.follow(v.get("/account/confirm?to=passkeys"))
			p = v.follow(v.submit(p, "/login/totp", "code", phone.code()))
		}
		if options := shownOptions.FindStringSubmatch(p.body); options != nil {
			challenges = append(challenges, rememberChallenge(t, html.UnescapeString(options[1])))
		}
	}
	if len(challenges) < 2 {
		t.Fatalf("%d challenges were seen", len(challenges))
	}
	v.rememberCookies()
	other := d.visitor(t)
	codePage, l := other.askForMail(d, other.get("/login"), who)
	second := other.follow(other.submit(codePage, "/login/mail/code", "code", l.code))
	other.submit(second, "/login/totp", "code", phone.key)
	other.submit(second, "/login/totp", "code", codes[1])
	for _, secret := range append(challenges, phone.key, codes[1]) {
		for _, path := range []string{"/login/totp?code=", "/login/recovery/", "/login/passkey?credential=", "/account/codes?code=", "/login?request="} {
			v.get(path + secret)
		}
		v.post("/login/passkey", url.Values{"credential": {`{"id":"` + secret + `"}`}, "request": {secret}})
		v.post("/account/passkeys/add", url.Values{"credential": {secret}, "name": {secret}})
	}
	other.submit(second, "/login/recovery", "code", codes[0])
	other.rememberCookies()
}

var shownOptions = regexp.MustCompile(`data-options="([^"]+)"`)

func TestTheSearchForSecretsFindsThem(t *testing.T) {
	var v vault
	v.secret("token", "symbolon_rt_EXAMPLE.1.mac")
	v.address("ada@example.com")
	for _, text := range []string{"x symbolon_rt_EXAMPLE.1.mac y", "73796d626f6c6f6e5f72745f4558414d504c452e312e6d6163", "c3ltYm9sb25fcnRfRVhBTVBMRS4xLm1hYw=="} {
		if len(v.found([]byte(text), false)) != 1 {
			t.Errorf("not found in %s", text)
		}
	}
	if len(v.found([]byte("to ada@example.com"), true)) != 1 || len(v.found([]byte("to ada@example.com"), false)) != 0 {
		t.Error("addresses belong in a database and in no log")
	}
}
