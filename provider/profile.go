package provider

import (
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage"
)

// A client of the FAPI 2.0 Security Profile has no exceptions. What the profile asks and everybody
// gets anyway (codes of a minute, iss, S256, no open redirects) is not here; what only its clients
// are held to is asked here, by the rules that differ:
//
//	par.go              requests are pushed
//	redirect.go         redirect URIs are https, byte for byte, and sent
//	authorize_rules.go  PKCE, whatever client or deployment say; JARM and JAR once registered for
//	requestobject.go    nbf and exp, an hour apart at most
//	clientauth.go       no secrets
//	clientassertion.go  aud is the issuer, as a string
//	dpopkey.go          every token is bound to a key
//	refresh.go          refresh tokens stay the same

// acceptedAlgs are those that the client may sign with.
func acceptedAlgs(c storage.Client) []string {
	if c.FAPI2() {
		return keys.StrictAlgorithms()
	}
	return keys.ClientAlgorithms()
}

// mustPush: RFC 9126 section 6, FAPI 2.0 section 5.3.2.2.
func mustPush(c storage.Client) bool { return c.RequirePAR || c.FAPI2() }

// mustBind: RFC 9449 section 5.2, FAPI 2.0 section 5.3.2.1.
func mustBind(c storage.Client) bool { return c.DPoPBound || c.FAPI2() }

// keepsRefreshToken: a token that is of use to one client only, and to it only with its key, gains
// nothing from being exchanged, and a lost answer would lose it (FAPI 2.0 section 5.3.2.1).
func keepsRefreshToken(c storage.Client) bool { return c.FAPI2() }

// orStandard is the algorithm of a response that the client has registered none for: the one that
// RFC 9701 names, unless the client's profile rules it out.
func orStandard(alg string, c storage.Client) string {
	switch {
	case alg != "":
		return alg
	case c.FAPI2():
		return c.SignedWith()
	}
	return keys.RS256
}
