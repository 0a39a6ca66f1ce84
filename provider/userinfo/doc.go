// Package userinfo tells a client about the user who allowed it (OpenID Connect Core section 5.3).
package userinfo
