package oauth

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strings"
)

// IsSHA256 reports whether s is a SHA-256 in base64url, by its form.
func IsSHA256(s string) bool {
	return len(s) == 43 && !strings.ContainsAny(s, ".~") && unreserved(s)
}

// Verifies implements RFC 7636 section 4.6 for S256. A verifier without a challenge fails as well: an attacker
// has stripped the challenge from the authorization request.
func Verifies(verifier, challenge string) bool {
	if !IsVerifier(verifier) {
		return false
	}
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}

// IsVerifier reports whether s is a code_verifier (RFC 7636 section 4.1).
func IsVerifier(s string) bool { return len(s) >= 43 && len(s) <= 128 && unreserved(s) }

func unreserved(s string) bool {
	for _, b := range []byte(s) {
		letter := 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9'
		if !letter && b != '-' && b != '.' && b != '_' && b != '~' {
			return false
		}
	}
	return true
}
