package registration_test

import (
	"net/http"
	"reflect"
	"testing"

	"github.com/symbolon-id/symbolon/registration"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

const redirect = `"redirect_uris":["https://app.example/cb"]`

func TestCertificatesAreRegisteredWhereTheyWork(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, opened func(t *testing.T) *durable.DB) {
		db := opened(t)
		off := open(t, db)
		const named = `{` + redirect + `,"token_endpoint_auth_method":"tls_client_auth","tls_client_auth_san_dns":"app.example","tls_client_certificate_bound_access_tokens":true}`
		if r := off.send(t, "POST", "/p/register", named); r.StatusCode != http.StatusBadRequest || r.get("error") != "invalid_client_metadata" {
			t.Errorf("switched off: %d %s", r.StatusCode, r.text)
		}
		if r := off.send(t, "POST", "/p/register", `{`+redirect+`,"tls_client_certificate_bound_access_tokens":true}`); r.StatusCode != http.StatusCreated || r.json["tls_client_certificate_bound_access_tokens"] != nil {
			t.Errorf("switched off, bound: %d %s", r.StatusCode, r.text)
		}
		on := open(t, db, func(e *registration.Endpoint) { e.Rules.Certificates = true })
		for name, body := range map[string]string{
			"no name":            `{` + redirect + `,"token_endpoint_auth_method":"tls_client_auth"}`,
			"two names":          `{` + redirect + `,"token_endpoint_auth_method":"tls_client_auth","tls_client_auth_san_dns":"a.example","tls_client_auth_san_ip":"192.0.2.1"}`,
			"a name, a secret":   `{` + redirect + `,"tls_client_auth_san_dns":"a.example"}`,
			"no keys":            `{` + redirect + `,"token_endpoint_auth_method":"self_signed_tls_client_auth"}`,
			"a name as a number": `{` + redirect + `,"token_endpoint_auth_method":"tls_client_auth","tls_client_auth_san_dns":7}`,
			"bound as a word":    `{` + redirect + `,"tls_client_certificate_bound_access_tokens":"true"}`,
		} {
			if r := on.send(t, "POST", "/p/register", body); r.StatusCode != http.StatusBadRequest || r.get("error") != "invalid_client_metadata" {
				t.Errorf("%s: %d %s", name, r.StatusCode, r.text)
			}
		}
		r := on.send(t, "POST", "/p/register", named)
		if r.StatusCode != http.StatusCreated || r.get("token_endpoint_auth_method") != "tls_client_auth" || r.get("client_secret") != "" ||
			r.get("tls_client_auth_san_dns") != "app.example" || r.json["tls_client_certificate_bound_access_tokens"] != true {
			t.Fatalf("%d %s", r.StatusCode, r.text)
		}
		published := on.send(t, "POST", "/p/register", `{`+redirect+`,"token_endpoint_auth_method":"self_signed_tls_client_auth","jwks_uri":"https://app.example/jwks"}`)
		if published.StatusCode != http.StatusCreated || published.get("jwks_uri") != "https://app.example/jwks" {
			t.Errorf("keys published elsewhere: %d %s", published.StatusCode, published.text)
		}
		c, err := db.Client(t.Context(), r.get("client_id"))
		if err != nil || c.AuthMethod != storage.AuthTLS || c.TLSSANDNS != "app.example" || !c.CertificateBound {
			t.Errorf("%+v, %v", c, err)
		}
	})
}

// The keys of a self-signed certificate stand in the document, or where it says.
func TestDocumentNamesItsCertificateWhereTheyWork(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		s := newSite(t)
		s.set(func() { s.keys = goodKeys })
		bySelf := func(more map[string]any) map[string]any {
			more["token_endpoint_auth_method"] = storage.AuthSelfSignedTLS
			return more
		}
		clients := s.clients(db)
		s.publish(bySelf(map[string]any{"jwks": keySet()}))
		_, err := clients.Client(t.Context(), s.id())
		mustBeNobody(t, "switched off", err)
		clients.Rules.Certificates = true
		for name, document := range map[string]map[string]any{
			"no keys":   bySelf(map[string]any{}),
			"two names": {"token_endpoint_auth_method": storage.AuthTLS, "tls_client_auth_san_dns": "a.example", "tls_client_auth_san_ip": "192.0.2.1"},
			"no name":   {"token_endpoint_auth_method": storage.AuthTLS},
			"a secret":  {"token_endpoint_auth_method": "client_secret_basic"},
		} {
			s.publish(document)
			_, err := clients.Client(t.Context(), s.id())
			mustBeNobody(t, name, err)
		}
		for name, document := range map[string]map[string]any{
			"keys in it":    bySelf(map[string]any{"jwks": keySet()}),
			"keys named":    bySelf(map[string]any{"jwks_uri": s.url("/keys")}),
			"bound as well": bySelf(map[string]any{"jwks": keySet(), "tls_client_certificate_bound_access_tokens": true}),
		} {
			s.publish(document)
			c, err := clients.Client(t.Context(), s.id())
			if err != nil || c.Public || c.AuthMethod != storage.AuthSelfSignedTLS || len(c.JWKS) == 0 || c.CertificateBound != (name == "bound as well") {
				t.Errorf("%s: %+v, %v", name, c, err)
			}
		}
		s.publish(map[string]any{"token_endpoint_auth_method": storage.AuthTLS, "tls_client_auth_san_dns": "app.example.com", "jwks": keySet()})
		if c, err := clients.Client(t.Context(), s.id()); err != nil || c.AuthMethod != storage.AuthTLS || c.TLSSANDNS != "app.example.com" || len(c.JWKS) != 0 {
			t.Errorf("%+v, %v", c, err)
		}
	})
}

func TestDetailsAreRegisteredAsFarAsTheOperatorLets(t *testing.T) {
	d := open(t, storagetest.SQLite(t), func(e *registration.Endpoint) { e.Rules.DetailTypes = []string{"payment"} })
	r := d.send(t, "POST", "/p/register", `{`+redirect+`,"authorization_details_types":["root","payment"]}`)
	if r.StatusCode != http.StatusCreated || !reflect.DeepEqual(r.json["authorization_details_types"], []any{"payment"}) {
		t.Errorf("%d %s", r.StatusCode, r.text)
	}
}
