package e2e

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// inner is a server of a private network, whose certificate is of an authority that only this network
// knows. It is at an address of this machine.
type inner struct {
	*httptest.Server
	roots string // file with the authority
}

func newInner(t testing.TB, answer http.Handler) inner {
	t.Helper()
	i := inner{httptest.NewTLSServer(answer), filepath.Join(t.TempDir(), "roots.pem")}
	t.Cleanup(i.Close)
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.Certificate().Raw})
	if err := os.WriteFile(i.roots, block, 0o600); err != nil {
		t.Fatal(err)
	}
	return i
}

// plan is a server of production that may ask it.
func (i inner) plan(p plan, env ...string) plan {
	p.env = append(env, "SYMBOLON_OUTBOUND_ALLOW="+strings.TrimPrefix(i.URL, "https://"), "SSL_CERT_FILE="+i.roots)
	return p
}

// innerSite publishes there what clients publish, and is told of logouts.
type innerSite struct {
	inner
	*receiver

	mu    sync.Mutex
	pages map[string]any // JSON by path
}

func newInnerSite(t testing.TB) *innerSite {
	t.Helper()
	s := &innerSite{receiver: &receiver{}, pages: map[string]any{}}
	s.inner = newInner(t, http.HandlerFunc(s.answer))
	s.receiver.url = s.URL + "/backchannel"
	return s
}

func (s *innerSite) answer(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	page, there := s.pages[r.URL.Path]
	s.mu.Unlock()
	if !there {
		s.receiver.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "max-age=3600")
	_ = json.NewEncoder(w).Encode(page)
}

func (s *innerSite) publish(path string, page any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages[path] = page
}

func keySetOf(k keyholder) jose.JSONWebKeySet {
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{k.key.Public()}}
}

func onBothInside(t *testing.T, s *innerSite, test func(t *testing.T, d *deployment)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		test(t, own(t, s.plan(plan{name: "inside", nodes: 1}, "SYMBOLON_REGISTRATION=open")))
	})
	t.Run("cluster", func(t *testing.T) {
		test(t, own(t, s.plan(plan{name: "inside2", nodes: 2, database: newDatabase(t), redis: newRedis(t)}, "SYMBOLON_REGISTRATION=open")))
	})
}

func TestServeAsksWhatItsOperatorListsAndNothingElse(t *testing.T) {
	t.Parallel()
	s, other := newInnerSite(t), newInnerSite(t)
	onBothInside(t, s, func(t *testing.T, d *deployment) {
		k, next := newKeyholder(t), newKeyholder(t)
		s.publish("/jwks", keySetOf(k))
		other.publish("/jwks", keySetOf(k))
		a, b := d.agent(t, "--jwks-uri", s.URL+"/jwks"), d.agent(t, "--jwks-uri", other.URL+"/jwks")
		last := d.nodes[len(d.nodes)-1].url()
		if r := a.token(t, last, k.assertion(a.ClientID, d.issuer)...); r.status != http.StatusOK {
			t.Fatalf("%d %s", r.status, r.body)
		}
		refused(t, "keys of a site that is not listed", http.StatusUnauthorized, "invalid_client", b.token(t, last, k.assertion(b.ClientID, d.issuer)...))
		refused(t, "a key that is not published", http.StatusUnauthorized, "invalid_client", a.token(t, d.nodes[0].url(), next.assertion(a.ClientID, d.issuer)...))

		// It changes its key, and the cached set is good for an hour: the new key has it asked for anew.
		fresh := d.agent(t, "--jwks-uri", s.URL+"/jwks?rotating")
		if r := fresh.token(t, last, k.assertion(fresh.ClientID, d.issuer)...); r.status != http.StatusOK {
			t.Fatalf("%d %s", r.status, r.body)
		}
		s.publish("/jwks", keySetOf(next))
		if r := fresh.token(t, last, next.assertion(fresh.ClientID, d.issuer)...); r.status != http.StatusOK {
			t.Errorf("after the key was changed: %d %s", r.status, r.body)
		}
		refused(t, "the key of before", http.StatusUnauthorized, "invalid_client", fresh.token(t, last, k.assertion(fresh.ClientID, d.issuer)...))
	})
}

func TestSectorInsideIsAskedAtRegistration(t *testing.T) {
	t.Parallel()
	s := newInnerSite(t)
	onBothInside(t, s, func(t *testing.T, d *deployment) {
		about := map[string]any{"client_name": "Wiki", "redirect_uris": []string{webCallback}, "sector_identifier_uri": s.URL + "/sector.json"}
		register := func() reply { return ask(t, httpClient(), http.MethodPost, d.issuer+"/register", "", about) }
		s.publish("/sector.json", []string{"https://other.example/cb"})
		refused(t, "a sector that does not know it", http.StatusBadRequest, "invalid_client_metadata", register())
		about["sector_identifier_uri"] = s.URL + "/sector2.json"
		s.publish("/sector2.json", []string{"https://other.example/cb", webCallback})
		r := register()
		lab.seen.secret("client secret", r.text("client_secret"))
		lab.seen.secret("registration access token", r.text("registration_access_token"))
		if r.status != http.StatusCreated || r.text("sector_identifier_uri") != about["sector_identifier_uri"] {
			t.Errorf("%d %s", r.status, r.body)
		}
	})
}

func TestApplicationInsideIsToldOfALogoutInProduction(t *testing.T) {
	t.Parallel()
	s := newInnerSite(t)
	onBothInside(t, s, func(t *testing.T, d *deployment) {
		before := len(s.heard())
		a, who := d.toldApp(t, s.receiver), d.person(t)
		token, v := a.tokensIn(t, d.visitor(t), who)
		v.submit(v.get("/logout"), "/logout")
		a.told(t, s.receiver, before+1, who, idTokenOf(token))
	})
}

// Who a document is about proves itself by a certificate that nobody issued, whose key the document or the
// key set it names holds, as x5c.
func TestDocumentWithACertificateIsNoPublicClient(t *testing.T) {
	t.Parallel()
	ca, s := newAuthority(t), newInnerSite(t)
	d := certifying(t, ca, s.plan(plan{name: "mtls-document", nodes: 1}, "SYMBOLON_DOCUMENTS_ALLOW_HOSTS=127.0.0.1"))
	mine, others := (&authority{t: t}).issue("notebook"), (&authority{t: t}).issue("notebook")
	set := func(id tls.Certificate) jose.JSONWebKeySet {
		return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: id.Leaf.PublicKey, Certificates: []*x509.Certificate{id.Leaf}}}}
	}
	s.publish("/jwks", set(mine))
	for _, where := range []string{"jwks", "jwks_uri"} {
		document := map[string]any{"client_id": s.URL + "/" + where + ".json", "client_name": "Notebook", "redirect_uris": []string{webCallback},
			"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": set(mine)}
		if where == "jwks_uri" {
			delete(document, "jwks")
			document["jwks_uri"] = s.URL + "/jwks"
		}
		s.publish("/"+where+".json", document)
		a := d.appOf(t, registered{ClientID: s.URL + "/" + where + ".json"})
		v, q := d.visitor(t), a.begin()
		p := v.signIn(d, v.follow(v.get(q.url)), d.person(t))
		code := v.handedOver(v.allow(v.follow(p))).Get("code")
		redeem := func(id *tls.Certificate) reply {
			return must[reply](t)(call(ca.showing(d, 0, id), mutualURL+"/token", a.registered,
				"grant_type", "authorization_code", "code", code, "redirect_uri", webCallback, "code_verifier", q.verifier))
		}
		refused(t, "without a certificate", http.StatusUnauthorized, "invalid_client", redeem(nil))
		refused(t, "another certificate", http.StatusUnauthorized, "invalid_client", redeem(&others))
		r := redeem(&mine)
		if r.status != http.StatusOK {
			t.Errorf("%s: %d %s", where, r.status, r.body)
		}
		for _, name := range []string{"access_token", "refresh_token", "id_token"} {
			lab.seen.secret(name, r.text(name))
		}
	}
}

func TestStrangersAreNotLetInsideByWhatIsListedForOthers(t *testing.T) {
	t.Parallel()
	s := newInnerSite(t)
	s.publish("/client.json", map[string]any{"client_id": s.URL + "/client.json", "redirect_uris": []string{webCallback}})
	for env, status := range map[string]int{"SYMBOLON_DOCUMENTS_ALLOW_HOSTS=": http.StatusBadRequest, "SYMBOLON_DOCUMENTS_ALLOW_HOSTS=127.0.0.1": http.StatusSeeOther} {
		d := own(t, s.plan(plan{name: "strangers", nodes: 1}, env))
		if p := d.visitor(t).get(d.appOf(t, registered{ClientID: s.URL + "/client.json"}).begin().url); p.status != status {
			t.Errorf("%s: %d", env, p.status)
		}
	}
}
