// Package userclaims says what clients learn about users: which scope or claim (OpenID Connect Core section
// 5.4) represents which field of a user. A new claim is one row of its table.
package userclaims
