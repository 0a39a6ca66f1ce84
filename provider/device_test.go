package provider

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/provider/grant"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/web"
)

// television returns a client of the device grant.
func television(c *storage.Client) {
	c.GrantTypes, c.RedirectURIs = []string{"urn:ietf:params:oauth:grant-type:device_code", "refresh_token"}, nil
}

// begin asks for a device code.
func (s *server) begin(c login, more ...[2]string) (d deviceAnswer) {
	s.t.Helper()
	form := url.Values{"scope": {"openid email"}}
	for _, m := range more {
		form.Set(m[0], m[1])
	}
	var basic []login
	if c.secret == "" {
		form.Set("client_id", c.id)
	} else {
		basic = append(basic, c)
	}
	a := s.post("/device_authorization", form, basic...)
	a.ok(s.t)
	s.must(json.Unmarshal(a.body, &d))
	return d
}

func deviceForm(code string) url.Values {
	return url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {code}}
}

// poll asks for the tokens; the time that a device waits has passed.
func (s *server) poll(c login, code string) *answer {
	s.t.Helper()
	form := deviceForm(code)
	if c.secret == "" {
		form.Set("client_id", c.id)
		return s.post("/token", form)
	}
	return s.post("/token", form, c)
}

// enter types a user code and returns the path of the page that asks what to do about it.
func (b *browser) enter(code string) string {
	b.s.t.Helper()
	path := strings.TrimPrefix(b.submit("/device", url.Values{"user_code": {code}}).location(b.s.t).Path, b.s.Base)
	b.open(path).page(b.s.t, http.StatusOK)
	return path
}

func (b *browser) decide(path, decision string) *answer {
	b.s.t.Helper()
	return b.submit(path, url.Values{"decision": {decision}})
}

func TestDeviceCodeIsOnlyForClientsOfTheGrant(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	app, tv := s.app(), s.app(television)
	s.post("/device_authorization", url.Values{}, app).refused(t, http.StatusBadRequest, "unauthorized_client")
	s.post("/device_authorization", url.Values{"client_id": {tv.id}}).refused(t, http.StatusUnauthorized, "invalid_client")
	s.post("/device_authorization", url.Values{"scope": {"root"}}, tv).refused(t, http.StatusBadRequest, "invalid_scope")
	s.post("/device_authorization", url.Values{"resource": {"https://nobody.example"}}, tv).refused(t, http.StatusBadRequest, "invalid_target")
	code := s.begin(tv).DeviceCode
	s.poll(app, code).refused(t, http.StatusBadRequest, "unauthorized_client")
	for _, bad := range []string{"x", storage.CodePrefix + "x", storage.RefreshPrefix + "x"} {
		s.poll(tv, bad).refused(t, http.StatusBadRequest, "invalid_grant")
	}
	s.poll(tv, "").refused(t, http.StatusBadRequest, "invalid_request")
	s.poll(tv, grant.DevicePrefix+"x").refused(t, http.StatusBadRequest, "expired_token")
}

func TestDeviceWaitsForItsPerson(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		tv, other, ada := s.app(television), s.app(television), s.person("ada")
		d := s.begin(tv)
		s.poll(tv, d.DeviceCode).refused(t, http.StatusBadRequest, "authorization_pending")
		s.poll(tv, d.DeviceCode).refused(t, http.StatusBadRequest, "slow_down")
		s.poll(other, d.DeviceCode).refused(t, http.StatusBadRequest, "invalid_grant")
		ada.decide(ada.enter(d.UserCode), "allow").page(t, http.StatusOK)
		s.poll(other, d.DeviceCode).refused(t, http.StatusBadRequest, "invalid_grant")
		s.redeem(s.app(), d.DeviceCode).refused(t, http.StatusBadRequest, "invalid_grant")

		issued := s.poll(tv, d.DeviceCode).tokens(t)
		if issued.Scope != "email openid" || issued.IDToken == "" || issued.RefreshToken == "" {
			t.Errorf("%+v", issued)
		}
		if a := s.ask(http.MethodGet, nil, "Bearer "+issued.AccessToken); a.json(t, "email") != ada.user.Email {
			t.Errorf("%s", a.body)
		}
		refreshed := s.refresh(tv, issued.RefreshToken).tokens(t)
		s.poll(tv, d.DeviceCode).refused(t, http.StatusBadRequest, "invalid_grant") // a replay: all of it ends
		s.refresh(tv, refreshed.RefreshToken).refused(t, http.StatusBadRequest, "invalid_grant")
	})
}

func TestDeniedAndExpiredDevicesAreTold(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		tv, ada := s.app(television), s.person("ada")
		d := s.begin(tv)
		path := ada.enter(d.UserCode)
		ada.decide(path, "deny").page(t, http.StatusOK)
		s.poll(tv, d.DeviceCode).refused(t, http.StatusBadRequest, "access_denied")
		ada.decide(path, "allow").page(t, http.StatusBadRequest)
		s.poll(tv, d.DeviceCode).refused(t, http.StatusBadRequest, "access_denied")

		d = s.begin(tv)
		path = ada.enter(d.UserCode)
		s.wait(10 * time.Minute)
		ada.decide(path, "allow").page(t, http.StatusBadRequest)
		ada.submit("/device", url.Values{"user_code": {d.UserCode}}).page(t, http.StatusBadRequest)
		s.poll(tv, d.DeviceCode).refused(t, http.StatusBadRequest, "expired_token")
	})
}

func TestADeviceIsAnsweredOnce(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		tv, ada := s.app(television), s.person("ada")
		for range 3 {
			d := s.begin(tv)
			path := ada.enter(d.UserCode)
			var allowed, denied atomic.Int32
			var all sync.WaitGroup
			for i := range 12 {
				all.Go(func() {
					decision, count := "allow", &allowed
					if i%2 == 0 {
						decision, count = "deny", &denied
					}
					switch a := ada.decide(path, decision); a.StatusCode {
					case http.StatusOK:
						count.Add(1)
					case http.StatusBadRequest:
					default:
						t.Errorf("%d %s", a.StatusCode, a.body)
					}
				})
			}
			all.Wait()
			if allowed.Load()+denied.Load() != 1 {
				t.Fatalf("allowed %d times, denied %d times", allowed.Load(), denied.Load())
			}
			a := s.poll(tv, d.DeviceCode)
			if (allowed.Load() == 1) != (a.StatusCode == http.StatusOK) {
				t.Errorf("allowed %d times: %d %s", allowed.Load(), a.StatusCode, a.body)
			}
		}
	})
}

func TestADeviceCodeIsRedeemedOnce(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		tv, ada := s.app(television, public), s.person("ada")
		d := s.begin(tv)
		ada.decide(ada.enter(d.UserCode), "allow").page(t, http.StatusOK)
		var won atomic.Int32
		var all sync.WaitGroup
		for range 30 {
			all.Go(func() {
				if a := s.poll(tv, d.DeviceCode); a.StatusCode == http.StatusOK {
					won.Add(1)
				} else if a.json(t, "error") != "invalid_grant" {
					t.Errorf("%d %s", a.StatusCode, a.body)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("redeemed %d times", won.Load())
		}
	})
}

// Only the browser that typed the code answers, and in it only who was shown the page.
func TestOnlyWhoWasAskedAnswersForADevice(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		tv, ada, eve := s.app(television), s.person("ada"), s.person("eve")
		d := s.begin(tv)
		path := ada.enter(d.UserCode)
		eve.open(path).page(t, http.StatusBadRequest)
		eve.decide(path, "allow").page(t, http.StatusBadRequest)

		unseen := ada.submit("/device", url.Values{"user_code": {d.UserCode}}).location(t).Path
		ada.decide(unseen, "allow").page(t, http.StatusForbidden)
		foreign := request(t, http.MethodPost, s.endpoint(path), url.Values{"decision": {"allow"}})
		foreign.Header.Set("Sec-Fetch-Site", "cross-site")
		if a := send(t, ada.Client, foreign); a.StatusCode != http.StatusForbidden {
			t.Errorf("from another site: %d", a.StatusCode)
		}
		s.poll(tv, d.DeviceCode).refused(t, http.StatusBadRequest, "authorization_pending")
		ada.decide(path, "allow").page(t, http.StatusOK)
	})
}

// A link with the code in it allows nothing: the page shows the code and asks.
func TestLinkWithACodeOnlyFillsItIn(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	tv, ada := s.app(television), s.person("ada")
	d := s.begin(tv)
	if d.URI != s.endpoint("/device") || d.Complete != s.endpoint("/device?user_code="+d.UserCode) || d.Interval != 5 || d.ExpiresIn != 600 {
		t.Errorf("%+v", d)
	}
	a := ada.open(d.Complete)
	if a.page(t, http.StatusOK); !strings.Contains(string(a.body), d.UserCode) || strings.Contains(string(a.body), `value="allow"`) {
		t.Errorf("%s", a.body)
	}
	for _, typed := range []string{strings.ToLower(d.UserCode), strings.ReplaceAll(d.UserCode, "-", ""), " " + strings.ReplaceAll(d.UserCode, "-", " ")} {
		page := ada.open(ada.submit("/device", url.Values{"user_code": {typed}}).location(t).Path)
		for _, shown := range []string{d.UserCode, "App", ada.user.Email, "127.0.0", "same network as you", "Did you start", "Confirm who you are", "See your email address"} {
			if !strings.Contains(string(page.body), shown) {
				t.Errorf("%s is not shown: %s", shown, page.body)
			}
		}
	}
	s.poll(tv, d.DeviceCode).refused(t, http.StatusBadRequest, "authorization_pending")
}

func TestGuessingUserCodesIsLimited(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	ada := s.person("ada")
	for _, guess := range []string{"BCD-FGH-JKL", "AAA-AAA-AAA", "", "BCDFGHJK", strings.Repeat("B", 10), "<script>", "BCD FGH JKM", "BCD-FGH-JKN", "BCD-FGH-JKP", "BCD-FGH-JKQ"} {
		ada.submit("/device", url.Values{"user_code": {guess}}).page(t, http.StatusBadRequest)
	}
	limited := s.person("eve").submit("/device", url.Values{"user_code": {s.begin(s.app(television)).UserCode}})
	limited.page(t, http.StatusTooManyRequests)
	if limited.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

// A user with an account here cannot guess from one network after the other either.
func TestGuessingUserCodesIsLimitedForAnAccount(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	ada, tv := s.person("ada"), s.app(television)
	ada.enter(s.begin(tv).UserCode) // signed in from here on
	for range 9 {
		s.must(s.Limiter.Allow(t.Context(), "user-code:"+ada.user.ID, web.Limit{Events: 10, Per: 10 * time.Minute})) // elsewhere
	}
	ada.submit("/device", url.Values{"user_code": {"BCD-FGH-JKL"}}).page(t, http.StatusBadRequest)
	ada.submit("/device", url.Values{"user_code": {s.begin(tv).UserCode}}).page(t, http.StatusTooManyRequests)
}

func TestAnAnsweredDeviceLeavesNothingToType(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		tv, ada := s.app(television), s.person("ada")
		for _, decision := range []string{"allow", "deny"} {
			d := s.begin(tv)
			ada.decide(ada.enter(d.UserCode), decision).page(t, http.StatusOK)
			ada.submit("/device", url.Values{"user_code": {d.UserCode}}).page(t, http.StatusBadRequest)
			if _, err := s.Requests.Ephemeral.Get(t.Context(), "user-code:"+strings.ReplaceAll(d.UserCode, "-", "")); err == nil {
				t.Errorf("%s: the code is still there", decision)
			}
		}
	})
}

func TestDeviceTokensDieWithTheirPersonAndClient(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		tv, ada := s.app(television), s.person("ada")
		d := s.begin(tv, [2]string{"scope", "openid offline_access"})
		ada.decide(ada.enter(d.UserCode), "allow").page(t, http.StatusOK)
		s.must(s.db.SetUserDisabled(s.ctx(), ada.user.ID, s.now()))
		s.poll(tv, d.DeviceCode).refused(t, http.StatusBadRequest, "invalid_grant")

		bob := s.person("bob")
		d = s.begin(tv)
		path := bob.enter(d.UserCode)
		s.must(s.db.SetClientDisabled(s.ctx(), tv.id, s.now()))
		bob.decide(path, "allow").page(t, http.StatusBadRequest)
		s.poll(tv, d.DeviceCode).refused(t, http.StatusUnauthorized, "invalid_client")
	})
}

func TestDeviceCodeIsForTheHolderOfTheKey(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		k, tv, ada := newHolder(t), s.app(television, public), s.person("ada")
		var d deviceAnswer
		must(t, json.Unmarshal(s.proved(k, "/device_authorization", url.Values{}, tv).body, &d))
		ada.decide(ada.enter(d.UserCode), "allow").page(t, http.StatusOK)
		s.poll(tv, d.DeviceCode).refused(t, http.StatusBadRequest, "invalid_dpop_proof")
		s.proved(newHolder(t), "/token", deviceForm(d.DeviceCode), tv).refused(t, http.StatusBadRequest, "invalid_grant")
		if issued := s.proved(k, "/token", deviceForm(d.DeviceCode), tv).tokens(t); issued.TokenType != "DPoP" {
			t.Errorf("%+v", issued)
		}
	})
}
