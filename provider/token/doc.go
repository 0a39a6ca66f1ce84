// Package token makes and opens the tokens: access tokens (RFC 9068), ID tokens (OpenID Connect Core section
// 2), logout tokens, refresh tokens, all from one Statement, under the subject by which a client knows a user.
package token
