// Package clientauth finds out which client sent a request, and what it holds: by a secret (credentials.go),
// a signed assertion (assertion.go, RFC 7523), a certificate (certificate.go, RFC 8705 section 2), with keys
// that keys.go finds; DPoP proofs (dpop.go, RFC 9449) and certificates (certbound.go) bind tokens to a key.
// A new way to authenticate is one file and one case of Authenticate.
package clientauth
