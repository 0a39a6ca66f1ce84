package provider

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

func certificateBound(c *storage.Client) { c.CertificateBound = true }

// informed asks /userinfo on a connection with this certificate.
func (s *server) informed(id *identity, authorization string) *answer {
	s.t.Helper()
	r := request(s.t, http.MethodGet, s.endpoint("/userinfo"), nil)
	r.Header.Set("Authorization", authorization)
	return s.with(id, false, r)
}

func (s *server) cnf(token string) oauth.Confirmation {
	s.t.Helper()
	claims, ok := s.Provider.tokens.OpenAccess(token)
	if !ok || claims.Confirms == nil {
		s.t.Fatal("the token is bound to nothing")
	}
	return *claims.Confirms
}

// named adds what a client without a secret authenticates by.
func named(form url.Values, c login) url.Values {
	form.Set("client_id", c.id)
	return form
}

func TestBoundTokenIsOfNoUseWithAnotherCertificate(t *testing.T) {
	certified(t, nil, func(t *testing.T, s *server) {
		var nobody *issuer
		mine, other := nobody.issue(t), nobody.issue(t)
		app, ada := s.app(public, certificateBound), s.person("ada")
		code := ada.code(app)
		s.show(nil, "/token", named(codeForm(code), app)).refused(t, http.StatusBadRequest, "invalid_request")
		got := s.show(&mine, "/token", named(codeForm(code), app)).tokens(t)
		if cnf := s.cnf(got.AccessToken); got.TokenType != "Bearer" || cnf.X5T != keys.CertificateThumbprint(mine.Leaf) || cnf.JKT != "" {
			t.Fatalf("%s %+v", got.TokenType, cnf)
		}
		s.informed(&mine, "Bearer "+got.AccessToken).ok(t)
		for name, a := range map[string]*answer{
			"another certificate": s.informed(&other, "Bearer "+got.AccessToken),
			"none":                s.informed(nil, "Bearer "+got.AccessToken),
			"as a DPoP token":     s.informed(&mine, "DPoP "+got.AccessToken),
		} {
			if a.StatusCode != http.StatusUnauthorized || a.json(t, "error") != "invalid_token" || !strings.HasPrefix(a.Header.Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("%s: %d %v %s", name, a.StatusCode, a.Header["Www-Authenticate"], a.body)
			}
		}
		// A token that is bound to nothing stays one, whatever the connection shows.
		free := ada.tokens(s.app())
		s.informed(&other, "Bearer "+free.AccessToken).ok(t)
		s.wait(2 * time.Hour) // the certificate has expired, and so has the token
		s.informed(&mine, "Bearer "+got.AccessToken).refused(t, http.StatusUnauthorized, "invalid_token")
	})
}

func TestRefreshTokenOfAPublicClientIsForTheHolderOfTheCertificate(t *testing.T) {
	certified(t, nil, func(t *testing.T, s *server) {
		var nobody *issuer
		mine, other := nobody.issue(t), nobody.issue(t)
		app, ada := s.app(public, certificateBound), s.person("ada")
		first := s.show(&mine, "/token", named(codeForm(ada.code(app)), app)).tokens(t)
		s.show(nil, "/token", named(refreshForm(first.RefreshToken), app)).refused(t, http.StatusBadRequest, "invalid_request")
		s.show(&other, "/token", named(refreshForm(first.RefreshToken), app)).refused(t, http.StatusBadRequest, "invalid_grant")
		x5t := keys.CertificateThumbprint(mine.Leaf)
		for name, forged := range map[string]string{
			"another's certificate": strings.Replace(first.RefreshToken, x5t, keys.CertificateThumbprint(other.Leaf), 1),
			"a key":                 strings.Replace(first.RefreshToken, "x5t~", "", 1),
			"nothing":               strings.Replace(first.RefreshToken, ".x5t~"+x5t, "", 1),
		} {
			if a := s.show(&other, "/token", named(refreshForm(forged), app)); a.StatusCode != http.StatusBadRequest || a.json(t, "error") != "invalid_grant" {
				t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
			}
		}
		second := s.show(&mine, "/token", named(refreshForm(first.RefreshToken), app)).tokens(t)
		again := s.show(&mine, "/token", named(refreshForm(first.RefreshToken), app)).tokens(t)
		if second.RefreshToken != again.RefreshToken || s.cnf(second.AccessToken).X5T != x5t {
			t.Errorf("%+v, %+v", second, again)
		}
		// The binding outlives the wish for it.
		c := s.client(app.id)
		c.CertificateBound = false
		s.must(s.db.UpdateClient(s.ctx(), &c))
		s.show(nil, "/token", named(refreshForm(second.RefreshToken), app)).refused(t, http.StatusBadRequest, "invalid_request")
		s.show(&mine, "/token", named(refreshForm(second.RefreshToken), app)).ok(t)
	})
}

func TestConfidentialClientMayChangeItsCertificate(t *testing.T) {
	ca := newIssuer(t)
	certified(t, ca, func(t *testing.T, s *server) {
		old, renewed := ca.issue(t), ca.issue(t)
		app, ada := s.app(certifiedAs(appName()), certificateBound), s.person("ada")
		first := s.show(&old, "/token", named(codeForm(ada.code(app)), app)).tokens(t)
		second := s.show(&renewed, "/token", named(refreshForm(first.RefreshToken), app)).tokens(t)
		if s.cnf(first.AccessToken) == s.cnf(second.AccessToken) || strings.Contains(first.RefreshToken, "x5t~") {
			t.Errorf("%+v, %+v", first, second)
		}
	})
}

func TestTokensAreBoundToOneThing(t *testing.T) {
	s := tlsServer(t, storagetest.SQLite(t), nil)
	var nobody *issuer
	id, k, app, ada := nobody.issue(t), newHolder(t), s.app(public, certificateBound), s.person("ada")
	r := request(t, http.MethodPost, s.endpoint("/token"), named(codeForm(ada.code(app)), app))
	r.Header.Set("DPoP", s.proof(k, http.MethodPost, "/token"))
	s.with(&id, false, r).refused(t, http.StatusBadRequest, "invalid_request")
	if got := s.get(s.authorizeURL(app, [2]string{"dpop_jkt", k.thumbprint()})).refusal(t, s, "state"); got != "invalid_request" {
		t.Errorf("dpop_jkt: %s", got)
	}
	s.proved(k, "/par", s.pushForm(app), app).refused(t, http.StatusBadRequest, "invalid_request")
	// Who does not ask for it is not bound, even on a connection with a certificate.
	plain := s.app(public)
	got := s.show(&id, "/token", named(codeForm(ada.code(plain)), plain)).tokens(t)
	if claims, _ := s.Provider.tokens.OpenAccess(got.AccessToken); claims.Confirms != nil {
		t.Errorf("%+v", claims.Confirms)
	}
	// The certificate may authenticate a client whose tokens are bound to a DPoP key.
	both := s.agent(selfSigned(k), func(c *storage.Client) { c.DPoPBound = true })
	mine := nobody.issueFor(t, k)
	r = request(t, http.MethodPost, s.endpoint("/token"), itself(both))
	r.Header.Set("DPoP", s.proof(k, http.MethodPost, "/token"))
	if cnf := s.cnf(s.with(&mine, false, r).tokens(t).AccessToken); cnf.JKT == "" || cnf.X5T != "" {
		t.Errorf("%+v", cnf)
	}
}

func TestIntrospectionTellsTheCertificate(t *testing.T) {
	ca := newIssuer(t)
	certified(t, ca, func(t *testing.T, s *server) {
		id, agent, app, ada := ca.issue(t), s.agent(certifiedAs(appName()), certificateBound), s.app(certifiedAs(appName()), certificateBound), s.person("ada")
		token := s.show(&id, "/token", itself(agent)).tokens(t).AccessToken
		told := s.show(&id, "/introspect", url.Values{"client_id": {agent.id}, "token": {token}})
		cnf, _ := told.json(t, "cnf").(map[string]any)
		if told.json(t, "active") != true || told.json(t, "token_type") != "Bearer" || cnf["x5t#S256"] != keys.CertificateThumbprint(id.Leaf) || len(cnf) != 1 {
			t.Errorf("%s", told.body)
		}
		refresh := s.show(&id, "/token", named(codeForm(ada.code(app)), app)).tokens(t).RefreshToken
		if told := s.show(&id, "/introspect", url.Values{"client_id": {app.id}, "token": {refresh}}); told.json(t, "active") != true || told.json(t, "cnf") != nil {
			t.Errorf("%s", told.body)
		}
		s.show(&id, "/revoke", url.Values{"client_id": {agent.id}, "token": {token}}).ok(t)
		if told := s.show(&id, "/introspect", url.Values{"client_id": {agent.id}, "token": {token}}); told.json(t, "active") != false {
			t.Errorf("%s", told.body)
		}
	})
}

func TestMutualTLSIsAdvertisedWhereItWorks(t *testing.T) {
	names := []string{"tls_client_certificate_bound_access_tokens", "mtls_endpoint_aliases"}
	methods := func(s *server) string {
		var all []string
		for _, m := range s.get("/.well-known/openid-configuration").json(s.t, "token_endpoint_auth_methods_supported").([]any) {
			all = append(all, m.(string))
		}
		return strings.Join(all, " ")
	}
	off := newServer(t, storagetest.SQLite(t))
	for _, name := range names {
		if v := off.get("/.well-known/openid-configuration").json(t, name); v != nil {
			t.Errorf("off: %s is %v", name, v)
		}
	}
	self, ca := tlsServer(t, storagetest.SQLite(t), nil), newIssuer(t)
	on := tlsServer(t, storagetest.SQLite(t), ca, func(c *Config) { c.MutualURL = "https://mtls.example" })
	if strings.Contains(methods(off), "tls") || strings.Contains(methods(self), " tls_client_auth") ||
		!strings.Contains(methods(self), "self_signed_tls_client_auth") || !strings.Contains(methods(on), " tls_client_auth") {
		t.Errorf("%s; %s; %s", methods(off), methods(self), methods(on))
	}
	meta := on.get("/.well-known/oauth-authorization-server")
	aliases, _ := meta.json(t, "mtls_endpoint_aliases").(map[string]any)
	if meta.json(t, names[0]) != true || len(aliases) != 6 {
		t.Fatalf("%s", meta.body)
	}
	for name, alias := range aliases {
		if ours, _ := meta.json(t, name).(string); alias != strings.Replace(ours, on.Issuer, "https://mtls.example", 1) {
			t.Errorf("%s: %v", name, alias)
		}
	}
	// What is signed for the alias is for us.
	k := newHolder(t)
	form := asItself()
	c := on.agent()
	on.postProved("/token", form, c, on.proof(k, http.MethodPost, "/token", claims{"htu": "https://mtls.example/token"})).ok(t)
	on.postProved("/token", form, c, on.proof(k, http.MethodPost, "/token", claims{"htu": "https://other.example/token"})).refused(t, http.StatusBadRequest, "invalid_dpop_proof")
}
