// Package keys holds the server's cryptographic keys: the ring of private keys that signs every
// token and publishes the JWKS, and the sealer that encrypts what is kept at rest.
//
//	seal.go       Sealer: encryption under the deployment's secret
//	secrets.go    ParseSecrets: what counts as a secret
//	salt.go       LoadSalt: a random value that all nodes share, made once
//	lifecycle.go  next → signing → retiring → removed, from times alone
//	key.go        one private key: making it, sealing it, opening it
//	ring.go       Ring: all of them, read from the store, held in memory
//	complete.go   makes the first keys, and whatever a complete ring lacks
//	rotate.go     rotation by operator and by age, revocation, removal
//	service.go    rotation and revocation by an operator, on record
//	run.go        keeps the ring up to date
//	sign.go       Ring.Sign
//	engine.go     what makes RSA signatures: engine_go.go, or engine_openssl.go with -tags openssl
//	verify.go     Ring.Verify, for tokens of our own
//	foreign.go    JWTs that clients sign: assertions (RFC 7523), DPoP proofs (RFC 9449)
//	clientkeys.go the keys that clients sign with
//	certificate.go the certificates that clients show (RFC 8705); distinguishedname.go compares names in them
//	jwks.go       what /jwks serves (RFC 7517)
//
// It is the only importer of go-jose and of OpenSSL.
package keys
