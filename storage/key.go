package storage

import "time"

// SigningKey is a private key at rest. Its place in the lifecycle follows from the times: published
// from CreatedAt, signing from SignsFrom until the next of its algorithm does, removed some time later.
type SigningKey struct {
	KID       string
	Alg       string // RS256, ES256
	Serial    int64  // per algorithm, 1, 2, 3 …; unique, so that two nodes cannot both add the next
	Sealed    []byte // PKCS#8, sealed
	CreatedAt time.Time
	SignsFrom time.Time // in the year 9999 while package keys has not scheduled it: published only
	RevokedAt time.Time // removed from the JWKS at once
}
