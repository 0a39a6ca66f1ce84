// Package introspection reports to resource servers whether a token is active (RFC 7662, signed: RFC 9701), and lets
// clients revoke theirs (RFC 7009).
package introspection
