package durable_test

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// Rows written by earlier releases have these formats: every field is set, and read and written
// as it is here.
var formats = map[string]any{
	"testdata/client_metadata.json": &storage.ClientMetadata{
		Public: true, FirstParty: true, RedirectURIs: []string{"https://books.example/cb"},
		PostLogoutRedirectURIs: []string{"https://books.example/"}, GrantTypes: []string{"authorization_code", "refresh_token"},
		Scopes: []string{"openid", "email"}, DefaultScopes: []string{"openid"}, Audiences: []string{"https://api.example"}, Serves: []string{"https://files.example"},
		SigningAlg: "ES256", AccessTokenTTL: 10 * time.Minute, RefreshRetry: 30 * time.Minute, PKCEOptional: true,
		AuthMethod: storage.AuthPrivateKeyJWT, AssertionAlg: "ES256", JWKS: json.RawMessage(`{"keys":[]}`), RequirePAR: true, DPoPBound: true,
		SubjectType: storage.SubjectPairwise, SectorIdentifierURI: "https://books.example/redirects.json", UserInfoAlg: "EdDSA", IDTokenClaims: storage.IDTokenMinimal,
		DefaultMaxAge: new(int64), RequireAuthTime: true, DefaultACRValues: []string{"phr"}, InitiateLoginURI: "https://books.example/start",
		Contacts: []string{"ops@books.example"}, ApplicationType: storage.AppWeb,
		BackchannelLogoutURI: "https://books.example/logout", BackchannelLogoutSession: true,
		FrontchannelLogoutURI: "https://books.example/front", FrontchannelLogoutSession: true,
		TLSSubjectDN: "CN=books", TLSSANDNS: "books.example", TLSSANURI: "spiffe://books.example/app", TLSSANIP: "192.0.2.1",
		TLSSANEmail: "books@books.example", DetailTypes: []string{"payment"}, CertificateBound: true,
		JWKSURI: "https://books.example/jwks", RequestAlg: "PS256", RequireSigned: true, ResponseAlg: "ES256", IntrospectionAlg: "EdDSA", Profile: storage.ProfileFAPI2,
		ClientLinks: storage.ClientLinks{
			ClientURI: "https://books.example/", LogoURI: "https://books.example/logo.png",
			PolicyURI: "https://books.example/privacy", TOSURI: "https://books.example/terms",
		},
		Approved: true,
	},
	"testdata/grant_details.json": &storage.GrantDetails{
		Scopes: []string{"openid", "email"}, NoScope: true, Resources: []string{"https://api.example"}, RedirectURI: "https://books.example/cb",
		Challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", Nonce: "n-0S6_WzA2Mj",
		AuthTime: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), ACR: "1", AMR: []string{"mail", "otp"},
		JKT:                  "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
		Named:                &storage.NamedClaims{UserInfo: []string{"name"}, IDToken: []string{"email"}, Scopes: []string{"email"}},
		AuthorizationDetails: json.RawMessage(`[{"type":"payment"}]`),
	},
	"testdata/profile.json": &storage.Profile{
		GivenName: "Ada", FamilyName: "Lovelace", MiddleName: "King", Nickname: "Al", PreferredUsername: "ada", Page: "https://ada.example/about",
		Picture: "https://ada.example/p.png", Website: "https://ada.example", Gender: "female", Birthdate: "1815-12-10", Zoneinfo: "Europe/London",
		Locale: "en-GB", PhoneNumber: "+442079460000",
		Address: storage.PostalAddress{Street: "12 St James's Square", Locality: "London", Region: "London", PostalCode: "SW1Y 4JH", Country: "UK"},
	},
}

func TestStoredFormatsStayAsTheyAre(t *testing.T) {
	for file, value := range formats {
		golden, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		read := reflect.New(reflect.TypeOf(value).Elem())
		if err := json.Unmarshal(golden, read.Interface()); err != nil || !reflect.DeepEqual(read.Interface(), value) {
			t.Errorf("%s reads as %+v, %v", file, read.Elem(), err)
		}
		if written, err := json.Marshal(value); err != nil || string(written) != strings.TrimSpace(string(golden)) {
			t.Errorf("%s is now written as\n%s, %v", file, written, err)
		}
		for i := range reflect.ValueOf(value).Elem().NumField() {
			if reflect.ValueOf(value).Elem().Field(i).IsZero() {
				t.Errorf("%s: field %s is not covered", file, reflect.TypeOf(value).Elem().Field(i).Name)
			}
		}
	}
}

func TestGrantIsReadAsWritten(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		g := w.newGrant()
		g.GrantDetails = *formats["testdata/grant_details.json"].(*storage.GrantDetails)
		g.IdleAt, g.RotatedAt, g.Offline = w.now.Add(time.Hour), w.now, true
		w.ok(w.AddGrant(w.ctx, g, storage.Spent{}))
		got, err := w.Grant(w.ctx, g.ID)
		w.ok(err)
		if !reflect.DeepEqual(got.Grant, g) || !reflect.DeepEqual(got.User, w.user) {
			t.Fatalf("wrote %+v\nread %+v", g, got)
		}
		_, err = w.GrantByCode(w.ctx, []byte("none"))
		w.is(err, storage.ErrNotFound)
		w.is(w.AddGrant(w.ctx, g, storage.Spent{}), storage.ErrExists)
	})
}
