package config

import (
	"crypto/rand"
	"encoding/base64"
	"time"

	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/keys"
)

// RingOptions are the same for the server and for commands: a key's place in its life follows from
// them.
func (c Config) RingOptions() keys.Options {
	const clocks = 5 * time.Minute
	return keys.Options{
		RotateAfter: c.Keys.RotateAfter,
		Overlap:     max(clients.MaxAccessTokenTTL, c.Tokens.IDTTL) + clocks,
	}
}

// Sealer opens what the configured secret sealed.
func (c Config) Sealer() (*keys.Sealer, error) {
	if err := checkSecret(c.Secret); err != nil {
		return nil, err
	}
	secrets, err := keys.ParseSecrets(c.Secret)
	if err != nil {
		return nil, err
	}
	return keys.NewSealer(secrets...)
}

// NewSecret is 32 random bytes as the secret setting wants them.
func NewSecret() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return base64.StdEncoding.EncodeToString(key)
}
