// Package provider speaks OAuth 2.1 and OpenID Connect to applications and agents.
//
//	/authorize, /authorize/{handle}   authorize.go, interaction.go   RFC 6749 §4.1, OpenID Connect Core §3.1, RFC 9207
//	                                  identify.go, pendingclient.go  who asks, as it was
//	  what nobody vouches for         unvouched.go                   RFC 9700 §4.11.2
//	/par                              par.go                         RFC 9126
//	  request                         requestobject.go, requestparams.go  RFC 9101
//	  response_mode=jwt               jarm.go                        JARM
//	/token                            token.go                       RFC 6749 §3.2
//	  authorization_code              code.go, codegrant.go          RFC 6749 §4.1.3, RFC 7636
//	  refresh_token                   refresh.go                     RFC 6749 §6, RFC 9700 §4.14
//	  what is left of a grant         trim.go                        RFC 6749 §3.3
//	  client_credentials              clientcredentials.go           RFC 6749 §4.4
//	  device_code                     devicegrant.go                 RFC 8628 §3.4
//	/device_authorization             device.go                      RFC 8628 §3.1
//	/device, /device/{handle}         devicepage.go                  RFC 8628 §3.3
//	/introspect                       introspect.go                  RFC 7662
//	  application/token-introspection+jwt  introspectjwt.go          RFC 9701
//	/revoke                           revoke.go                      RFC 7009
//	/userinfo                         userinfo.go                    OpenID Connect Core §5.3
//	/logout                           endsession.go                  OpenID Connect RP-Initiated Logout
//	  in frames of the browser        frontchannel.go                OpenID Connect Front-Channel Logout
//	/check-session                    sessionstate.go                OpenID Connect Session Management
//	/jwks, /.well-known/…             metadata.go                    RFC 8414, OpenID Connect Discovery
//
// Tokens themselves are made in accesstoken.go (RFC 9068) and idtoken.go, from claims.go, which
// claimsrequest.go lets clients ask for by name (OpenID Connect Core §5.5), under the sub of
// subject.go (§8); dpop.go binds them to a key of the client's (RFC 9449), certbound.go to its
// certificate (RFC 8705 section 3). authorizationdetails.go carries what was asked for exactly (RFC 9396).
// logouttoken.go makes what package logout delivers.
//
// Every request passes the strict front first: params.go decodes, redirect.go matches redirect URIs,
// clientauth.go authenticates clients, by secret (credentials.go), by a signed assertion
// (clientassertion.go, RFC 7523), with keys that clientkeys.go finds, or by a certificate
// (clientcert.go, RFC 8705 section 2). What FAPI 2.0 changes for its clients is listed in profile.go.
// Behind it fosite drives the grants; it lives in this
// package only, is handed one statically typed handler per grant (fosite.go), and never writes to
// the network itself. A new grant is one file with a fosite.TokenEndpointHandler and one line in
// fosite.go.
//
// Each endpoint, and what several of them need (authenticator, proofs, tokenMaker, refreshTokens), is a
// struct that has what it uses and no more (assemble.go). Handlers return their errors, which are answered
// by redirect (interaction.go), by a page or as JSON (handler.go). In dev mode a refusal says what differs,
// by its hint (hint.go, differs.go).
package provider
