package apps

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
)

// Values are what the configuration of an application is filled in with.
type Values struct{ Issuer, URL, ClientID, ClientSecret string }

// Random returns a new secret of the application's own, 32 characters.
func (Values) Random() string {
	key := make([]byte, 16)
	_, _ = rand.Read(key) // never fails
	return hex.EncodeToString(key)
}

// IssuerHost returns the host of the issuer, with its port if it has one.
func (v Values) IssuerHost() string {
	_, host, _ := strings.Cut(v.Issuer, "://")
	host, _, _ = strings.Cut(host, "/")
	return host
}

// Plain reports whether the application is being tried out at http://localhost, where not every browser
// keeps a cookie that is for https only.
func (v Values) Plain() bool { return strings.HasPrefix(v.URL, "http:") }
