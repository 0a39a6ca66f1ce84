// Package authorize answers /authorize (RFC 6749 section 4.1, OpenID Connect Core section 3.1) and /par
// (RFC 9126): it reads the request, pushed (par.go) or signed (requestobject.go, RFC 9101) as it may be, finds
// the client (identify.go), checks the rest (rules.go, claimsrequest.go), sends the user to the pages that are
// due (interaction.go), and answers the client, signed if it wants that (jarm.go).
package authorize
