// Package provider speaks OAuth 2.1 and OpenID Connect to applications and agents. It assembles its packages
// (assemble.go), gives them their routes (provider.go) and answers their errors, as a page or as JSON
// (handler.go, respond.go).
//
//	/authorize, /authorize/{handle}, /par   authorize
//	/token                                  grant
//	/device_authorization, /device          device
//	/introspect, /revoke                    introspection
//	/userinfo                               userinfo
//	/logout, /check-session                 endsession
//	/jwks, /.well-known/…                   metadata
//
// Below these: who the client is (clientauth), tokens (token), what a client may have (permitted), what it
// learns about users (userclaims), and how requests are read and refused (oauth).
//
// Each package is handed what it uses and no more. Handlers return their errors. In dev mode a refusal says what
// differs, by its hint.
package provider
