// Package introspection tells resource servers what a token is worth (RFC 7662, signed: RFC 9701), and lets
// clients revoke theirs (RFC 7009).
package introspection
