// Package metadata says what the server can do and by which keys it signs: the well-known documents (RFC 8414,
// OpenID Connect Discovery) and /jwks.
package metadata
