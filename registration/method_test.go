package registration_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
)

// counts tells whether a secret is one that the client can prove itself with.
func counts(t *testing.T, db *durable.DB, clientID, secret string) bool {
	t.Helper()
	c, err := db.Client(t.Context(), clientID)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range c.Secrets {
		if bytes.Equal(s.Digest, storage.Digest(secret)) {
			return true
		}
	}
	return false
}

func TestUpdateMovesToAnotherWayOfProof(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		d := open(t, db)
		made := d.register(t, app("token_endpoint_auth_method", "none"))
		id, last := made.get("client_id"), ""
		for _, step := range []struct {
			method string
			issued bool
		}{
			{"none", false}, {"client_secret_basic", true}, {"client_secret_post", false}, {"private_key_jwt", false}, {"private_key_jwt", false},
			{"client_secret_post", true}, {"none", false}, {"private_key_jwt", false}, {"client_secret_basic", true},
		} {
			next := app("token_endpoint_auth_method", step.method, "client_id", id)
			if step.method == "private_key_jwt" {
				next["jwks"] = keySet()
			}
			got := d.manage(t, "PUT", made, next)
			secret := got.get("client_secret")
			if got.StatusCode != 200 || got.get("token_endpoint_auth_method") != step.method || (secret != "") != step.issued || secret != "" && secret == last {
				t.Fatalf("%s: %d %s", step.method, got.StatusCode, got.text)
			}
			bySecret := step.method == "client_secret_basic" || step.method == "client_secret_post"
			if expires, told := got.json["client_secret_expires_at"]; told != bySecret || told && expires != 0.0 {
				t.Errorf("%s: %s", step.method, got.text)
			}
			if step.issued && last != "" && counts(t, db, id, last) {
				t.Errorf("%s: the secret of before counts again", step.method)
			}
			if step.issued {
				last = secret
			}
			if last != "" && counts(t, db, id, last) != bySecret {
				t.Errorf("%s: its secret counts: %v", step.method, !bySecret)
			}
			c, err := db.Client(t.Context(), id)
			if err != nil || c.Public != (step.method == "none") || (c.AuthMethod != "") != (step.method == "private_key_jwt") || (len(c.JWKS) > 0) != (c.AuthMethod != "") {
				t.Errorf("%s: %+v, %v", step.method, c, err)
			}
		}
		for name, metadata := range map[string]map[string]any{
			"keys missing":   app("token_endpoint_auth_method", "private_key_jwt", "client_id", id),
			"unknown method": app("token_endpoint_auth_method", "client_secret_jwt", "client_id", id),
		} {
			mustFail(t, name, d.manage(t, "PUT", made, metadata), 400, "invalid_client_metadata")
		}
		if !counts(t, db, id, last) {
			t.Error("a refused update took the secret away")
		}
	})
}

// What an operator holds a client to does not go with the next thing it says of itself.
func TestClientCannotLeaveWhatTheOperatorHoldsItTo(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		s := newSite(t)
		hold := func(id string) {
			t.Helper()
			c, err := db.Client(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			c.Profile, c.AccessTokenTTL, c.RefreshRetry, c.IDTokenClaims = storage.ProfileFAPI2, time.Minute, time.Hour/2, storage.IDTokenMinimal
			if err := db.UpdateClient(t.Context(), &c); err != nil {
				t.Fatal(err)
			}
		}
		held := func(door, id string) {
			t.Helper()
			c, err := db.Client(t.Context(), id)
			if err != nil || !c.FAPI2() || c.AccessTokenTTL != time.Minute || c.RefreshRetry != time.Hour/2 || c.IDTokenClaims != storage.IDTokenMinimal || c.AuthMethod != storage.AuthPrivateKeyJWT {
				t.Errorf("%s: %+v, %v", door, c, err)
			}
		}
		keyed := []any{"token_endpoint_auth_method", "private_key_jwt", "jwks", keySet()}
		d := open(t, db)
		made := d.register(t, app(keyed...))
		id := made.get("client_id")
		hold(id)
		mustFail(t, "a secret", d.manage(t, "PUT", made, app("client_id", id)), 400, "invalid_client_metadata")
		mustFail(t, "a weak algorithm", d.manage(t, "PUT", made, app(append(keyed, "client_id", id, "id_token_signed_response_alg", "RS256")...)), 400, "invalid_client_metadata")
		if got := d.manage(t, "PUT", made, app(append(keyed, "client_id", id, "client_name", "New Name")...)); got.StatusCode != 200 {
			t.Errorf("another name: %d %s", got.StatusCode, got.text)
		}
		held("registered", id)

		documented := map[string]any{"token_endpoint_auth_method": "private_key_jwt", "jwks": keySet()}
		s.publish(documented)
		clients := s.clients(db)
		s.allowed(t, clients)
		hold(s.id())
		documented["client_name"] = "New Name"
		s.publish(documented)
		if c, err := clients.Client(t.Context(), s.id()); err != nil || c.Name != "New Name" || !c.FAPI2() {
			t.Errorf("document: %+v, %v", c, err)
		}
		s.publish(nil) // a public client
		_, err := clients.Client(t.Context(), s.id())
		mustBeNobody(t, "public", err)
		held("document", s.id())
	})
}
