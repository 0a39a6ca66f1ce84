package totp

import (
	"encoding/base32"
	"fmt"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"github.com/symbolon-id/symbolon/storage"
)

const period = 30 // seconds

// drift is how many steps before and after now are taken (RFC 6238 section 5.2).
const drift = 1

func format() hotp.ValidateOpts {
	return hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}
}

// stepOf returns the latest step near at whose code this is.
func stepOf(seed, code string, at time.Time) (step int64, ok bool) {
	current := at.Unix() / period
	for step := current + drift; step >= current-drift; step-- {
		if right, err := hotp.ValidateCustom(code, uint64(step), seed, format()); err == nil && right {
			return step, true
		}
	}
	return 0, false
}

// spelling is how apps write a seed.
func spelling() *base32.Encoding { return base32.StdEncoding.WithPadding(base32.NoPadding) }

// purpose binds a sealed seed to its user: moved to another row it opens nothing.
func purpose(userID string) string { return "totp:" + userID }

// open returns the seed as apps know it, in base32.
func open(s Sealer, t storage.TOTP) (string, error) {
	seed, err := s.Open(purpose(t.UserID), t.Seed)
	if err != nil {
		return "", fmt.Errorf("open seed: %w", err)
	}
	return string(seed), nil
}
