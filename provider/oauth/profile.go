package oauth

import (
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage"
)

// A client of the FAPI 2.0 Security Profile has no exceptions. What the profile asks and every client
// meets anyway (codes of a minute, iss, S256, no open redirects) is not here; what only its clients
// are held to is asked here, by the rules that differ:
//
//	authorize/par.go            requests are pushed
//	oauth/redirect.go           redirect URIs are https, byte for byte, and sent
//	authorize/rules.go          PKCE, whatever client or deployment say; JARM and JAR once registered for
//	authorize/requestobject.go  nbf and exp, an hour apart at most
//	clientauth/clientauth.go    no secrets
//	clientauth/assertion.go     aud is the issuer, as a string
//	clientauth/proof.go         every token is bound to a key
//	grant/refresh.go            refresh tokens stay the same

// AcceptedAlgorithms returns those that the client may sign with.
func AcceptedAlgorithms(c storage.Client) []string {
	if c.FAPI2() {
		return keys.StrictAlgorithms()
	}
	return keys.ClientAlgorithms()
}
