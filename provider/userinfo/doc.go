// Package userinfo returns claims about a user to the client that the user allowed (OpenID Connect Core section 5.3).
package userinfo
