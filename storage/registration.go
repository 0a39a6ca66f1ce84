package storage

import "time"

// RegistrationToken lets software register itself (RFC 7591 section 1.2, "initial access token").
type RegistrationToken struct {
	ID         string
	Name       string // of its holder
	Digest     []byte
	CreatedAt  time.Time
	ExpiresAt  time.Time // zero: does not expire
	MaxUses    int64     // 0: any number
	Uses       int64
	LastUsedAt time.Time
}

// Live reports whether the token still registers clients.
func (t RegistrationToken) Live(now time.Time) bool {
	return (t.ExpiresAt.IsZero() || now.Before(t.ExpiresAt)) && (t.MaxUses == 0 || t.Uses < t.MaxUses)
}
