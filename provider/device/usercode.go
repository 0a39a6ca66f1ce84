package device

import (
	"context"
	"crypto/rand"
	"strings"

	"github.com/symbolon-id/symbolon/storage"
)

func userCodeKey(code string) string { return "user-code:" + code }

// userCodeLetters are the characters of a user code: no vowels, so that it spells nothing (RFC 8628 section 6.1). There are
// 20⁹ codes, 2³⁸·⁹. A network, and likewise an account, has at most 20 tries while one lives: 10 at
// once and 10 that come back within its 10 minutes. It is guessed with a probability of 2⁻³⁴·⁶, and by
// an attacker with six networks still below 2⁻³². Who guesses it can only give their own account to
// another person's device.
const userCodeLetters = "BCDFGHJKLMNPQRSTVWXZ"

const userCodeLength = 9

func newUserCode() string {
	code := make([]byte, 0, userCodeLength)
	var b [1]byte
	for len(code) < userCodeLength {
		_, _ = rand.Read(b[:])
		if b[0] < 240 { // 12 × 20: every letter as likely
			code = append(code, userCodeLetters[b[0]%20])
		}
	}
	return string(code)
}

// shownUserCode returns a code as people read it, in groups of three.
func shownUserCode(code string) string { return code[:3] + "-" + code[3:6] + "-" + code[6:] }

// normalUserCode returns a code as it was made, however it was typed; "" when it cannot be one.
func normalUserCode(typed string) string {
	code := strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(typed))
	if len(code) != userCodeLength || strings.Trim(code, userCodeLetters) != "" {
		return ""
	}
	return code
}

// byUserCode finds what is pending by the code that a person typed.
func (s *Store) byUserCode(ctx context.Context, typed string) (device, error) {
	code := normalUserCode(typed)
	if code == "" {
		return device{}, storage.ErrNotFound
	}
	digest, err := s.Ephemeral.Get(ctx, userCodeKey(code))
	if err != nil {
		return device{}, err
	}
	d, err := s.pending(ctx, digest)
	if err == nil && (d.Denied || d.UserCode != code) {
		return device{}, storage.ErrNotFound
	}
	return d, err
}
