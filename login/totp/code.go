package totp

import (
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

const period = 30 // seconds

// drift is how many steps before and after now are taken (RFC 6238 section 5.2).
const drift = 1

// stepOf returns the latest step near at whose code this is.
func stepOf(seed []byte, code string, at time.Time) (step int64, ok bool) {
	current := at.Unix() / period
	for step := current + drift; step >= current-drift; step-- {
		if subtle.ConstantTimeCompare([]byte(hotp(seed, step)), []byte(code)) == 1 {
			return step, true
		}
	}
	return 0, false
}

// spelling is how apps write a seed.
func spelling() *base32.Encoding { return base32.StdEncoding.WithPadding(base32.NoPadding) }

// purpose binds a sealed seed to its user: moved to another row it opens nothing.
func purpose(userID string) string { return "totp:" + userID }

// seal makes what is kept of a seed: as apps know it, in base32.
func seal(s Sealer, userID string, seed []byte) []byte {
	return s.Seal(purpose(userID), []byte(spelling().EncodeToString(seed)))
}

// open is the reverse of seal.
func open(s Sealer, t storage.TOTP) ([]byte, error) {
	key, err := s.Open(purpose(t.UserID), t.Seed)
	if err != nil {
		return nil, fmt.Errorf("open seed: %w", err)
	}
	seed, err := spelling().DecodeString(string(key))
	if err != nil {
		return nil, fmt.Errorf("read seed: %w", err)
	}
	return seed, nil
}
