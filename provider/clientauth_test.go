package provider

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

func TestUnknownDisabledDeletedAndWrongAreTheSame(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		wrong, disabled, deleted, expired := s.agent(), s.agent(), s.agent(), s.agent()
		s.must(s.db.SetClientDisabled(s.ctx(), disabled.id, s.now()))
		s.must(s.db.DeleteClient(s.ctx(), deleted.id))
		old := s.client(expired.id).Secrets[0]
		s.must(s.db.RevokeClientSecret(s.ctx(), expired.id, old.ID))
		wrong.secret = storage.NewBearer(storage.SecretPrefix)
		reference := s.post("/token", asItself(), wrong)
		reference.refused(t, http.StatusUnauthorized, "invalid_client")
		if reference.Header.Get("WWW-Authenticate") == "" {
			t.Error("no WWW-Authenticate although Basic was tried")
		}
		unknown := login{id: "c_UNKNOWN", secret: wrong.secret}
		for name, c := range map[string]login{
			"unknown": unknown, "disabled": disabled, "deleted": deleted, "revoked secret": expired,
			"odd id": {id: "\x00\xff", secret: "x"}, "long id": {id: strings.Repeat("a", 10<<10), secret: "x"},
		} {
			a := s.post("/token", asItself(), c)
			if a.StatusCode != reference.StatusCode || string(a.body) != string(reference.body) {
				t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
			}
			for header := range reference.Header {
				if header != "Date" && header != "X-Trace-Id" && a.Header.Get(header) != reference.Header.Get(header) {
					t.Errorf("%s: %s: %s", name, header, a.Header.Get(header))
				}
			}
		}
		if e := s.recorded.last(t, audit.ClientAuth); e.Outcome != audit.Refused || e.IP == "" {
			t.Errorf("recorded %+v", e)
		}
	})
}

func TestAlmostTheSecretIsRefused(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	c := s.agent()
	for name, secret := range map[string]string{
		"garbage behind": c.secret + "x", "NUL behind": c.secret + "\x00", "line break behind": c.secret + "\n", "space in front": " " + c.secret,
		"lower case": strings.ToLower(c.secret), "72 bytes": (c.secret + strings.Repeat("x", 72))[:72], "a part": c.secret[:len(c.secret)-1],
		"its digest": string(storage.Digest(c.secret)), "none": "", "the id": c.id,
	} {
		t.Run(name, func(t *testing.T) {
			s.post("/token", asItself(), login{id: c.id, secret: secret}).refused(t, http.StatusUnauthorized, "invalid_client")
		})
	}
	if a := s.post("/token", asItself(), c); a.StatusCode != http.StatusOK {
		t.Fatalf("the secret itself: %d %s", a.StatusCode, a.body)
	}
}

func TestExpiredSecretIsRefusedAndTheOtherStillWorks(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		c := s.agent()
		second := storage.NewBearer(storage.SecretPrefix)
		s.must(s.db.AddClientSecret(s.ctx(), storage.ClientSecret{
			ID: "second", ClientID: c.id, Digest: storage.Digest(second), CreatedAt: s.now(), ExpiresAt: s.now().Add(time.Minute),
		}))
		for _, secret := range []string{c.secret, second} {
			if a := s.post("/token", asItself(), login{id: c.id, secret: secret}); a.StatusCode != http.StatusOK {
				t.Fatalf("a live secret: %d %s", a.StatusCode, a.body)
			}
		}
		if !slices.Contains(s.recorded.used, "second") {
			t.Error("its use was not noted")
		}
		s.wait(time.Minute)
		s.post("/token", asItself(), login{id: c.id, secret: second}).refused(t, http.StatusUnauthorized, "invalid_client")
		if a := s.post("/token", asItself(), c); a.StatusCode != http.StatusOK {
			t.Fatalf("the other secret: %d %s", a.StatusCode, a.body)
		}
	})
}

func TestTwoWaysToAuthenticateAreRefused(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	c, other := s.agent(), s.agent()
	for name, more := range map[string]url.Values{
		"Basic and client_secret":         {"client_secret": {c.secret}},
		"Basic and client_assertion":      {"client_assertion": {"x"}},
		"Basic and client_assertion_type": {"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}},
		"Basic and another client_id":     {"client_id": {other.id}},
		"Basic and both of another":       {"client_id": {other.id}, "client_secret": {other.secret}},
	} {
		t.Run(name, func(t *testing.T) {
			more.Set("grant_type", "client_credentials")
			s.post("/token", more, c).refused(t, http.StatusBadRequest, "invalid_request")
		})
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.id}, "client_secret": {c.secret}, "client_assertion": {"x"}}
	s.post("/token", form).refused(t, http.StatusBadRequest, "invalid_request")

	r := request(t, http.MethodPost, s.endpoint("/token"), asItself())
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(c.id+":"+c.secret))
	r.Header["Authorization"] = []string{basic, basic}
	s.do(r).refused(t, http.StatusBadRequest, "invalid_request")
}

func TestMalformedAuthorizationHeaderIsRefused(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	c := s.agent()
	encode := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	token := s.agentToken(c)
	for _, header := range []string{
		"Basic", "Basic ", "Basic !!!", "Basic " + encode("no colon"), "Basic " + encode(":"), "Basic " + encode(":"+c.secret),
		"Basic " + encode("%zz:"+c.secret), "Basic " + encode(c.id+":%zz"), "Basic  " + encode(c.id+":"+c.secret),
		"Basic " + strings.TrimRight(encode(c.id+":"+c.secret), "=") + "=a", "Bearer " + token, "Basic " + encode(token+":"), "Digest x", "",
	} {
		r := request(t, http.MethodPost, s.endpoint("/token"), asItself())
		r.Header.Set("Authorization", header)
		s.do(r).refused(t, http.StatusUnauthorized, "invalid_client")
	}
}

func TestAssertionIsNoCredentialWithoutAKey(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	c := s.agent()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.id}, "client_assertion": {"a.b.c"},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}}
	s.post("/token", form).refused(t, http.StatusUnauthorized, "invalid_client")
}

func TestPublicClientHasNoSecret(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		app, confidential := s.app(public), s.app()
		form := url.Values{"token": {"x"}, "client_id": {app.id}, "client_secret": {"x"}}
		s.post("/revoke", form).refused(t, http.StatusUnauthorized, "invalid_client")
		s.post("/revoke", url.Values{"token": {"x"}, "client_id": {confidential.id}}).refused(t, http.StatusUnauthorized, "invalid_client")
		form.Del("client_secret")
		if a := s.post("/revoke", form); a.StatusCode != http.StatusOK {
			t.Fatalf("by its id alone: %d %s", a.StatusCode, a.body)
		}
		s.must(s.db.SetClientDisabled(s.ctx(), app.id, s.now()))
		s.post("/revoke", form).refused(t, http.StatusUnauthorized, "invalid_client")
	})
}

func TestBasicAndPostAreInterchangeable(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		c := s.agent(func(c *storage.Client) { c.ID = "https://agent.example/a b+c%d" })
		posted := asItself()
		posted.Set("client_id", c.id)
		posted.Set("client_secret", c.secret)
		same := asItself()
		same.Set("client_id", c.id)
		for name, a := range map[string]*answer{
			"post": s.post("/token", posted), "Basic": s.post("/token", asItself(), c), "Basic and its own client_id": s.post("/token", same, c),
		} {
			if a.StatusCode != http.StatusOK {
				t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
			}
		}
		r := request(t, http.MethodPost, s.endpoint("/token"), same)
		r.SetBasicAuth(url.QueryEscape(c.id), c.secret)
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "Basic", "bAsIc", 1))
		if a := s.do(r); a.StatusCode != http.StatusOK {
			t.Errorf("another case: %d %s", a.StatusCode, a.body)
		}
	})
}

// Who guesses is slowed down; who knows the secret never is, from wherever.
func TestGuessingIsLimitedAndLocksNobodyOut(t *testing.T) {
	s := newServer(t, storagetest.SQLite(t))
	c, other := s.agent(), s.agent()
	wrong := login{id: c.id, secret: "wrong"}
	for range 20 {
		s.post("/token", asItself(), wrong).refused(t, http.StatusUnauthorized, "invalid_client")
	}
	limited := s.post("/token", asItself(), wrong)
	limited.refused(t, http.StatusTooManyRequests, "temporarily_unavailable")
	if limited.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	if a := s.post("/token", asItself(), c); a.StatusCode != http.StatusOK {
		t.Fatalf("the client is locked out: %d %s", a.StatusCode, a.body)
	}
	s.post("/token", asItself(), login{id: other.id, secret: "wrong"}).refused(t, http.StatusUnauthorized, "invalid_client")
}

func TestAuthenticationIsOneReadAndNoWrite(t *testing.T) {
	databases(t, func(t *testing.T, s *server) {
		c := s.agent()
		before := s.db.Stats()
		s.agentToken(c)
		after := s.db.Stats()
		if reads, writes := after.Statements-before.Statements, after.Writes-before.Writes; reads != 1 || writes != 0 {
			t.Fatalf("%d statements, %d writes", reads, writes)
		}
	})
}

func BenchmarkAuthenticate(b *testing.B) {
	s := newServer(b, storagetest.SQLite(b))
	c := s.agent()
	r := postForm("")
	r.SetBasicAuth(c.id, c.secret)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.token.Auth.Authenticate(b.Context(), r, oauth.Params{}); err != nil {
			b.Fatal(err)
		}
	}
}
