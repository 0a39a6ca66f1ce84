package keys

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// ErrSealed says that a sealed value does not open: it was sealed under a secret that is not
// configured, for another purpose, or it was changed.
var ErrSealed = errors.New("sealed value does not open")

const (
	minSecret  = 32 // bytes
	sealFormat = 1
	keyIDSize  = 8
	saltSize   = 16
	prefixSize = 1 + keyIDSize
)

// Sealer encrypts values for storage. The first of its secrets seals, every one of them opens, so
// that a secret is changed by putting the new one in front of the old.
type Sealer struct{ secrets []sealingSecret }

type sealingSecret struct {
	prefix []byte // format and key id: says which secret opens a value
	master []byte
}

// NewSealer derives a sealer from one or more secrets of at least 32 random bytes each.
func NewSealer(secrets ...[]byte) (*Sealer, error) {
	if len(secrets) == 0 {
		return nil, errors.New("sealer: no secret is configured")
	}
	s := new(Sealer)
	for i, secret := range secrets {
		if len(secret) < minSecret {
			return nil, fmt.Errorf("sealer: secret %d has %d bytes, %d are needed", i+1, len(secret), minSecret)
		}
		s.secrets = append(s.secrets, sealingSecret{
			prefix: append([]byte{sealFormat}, derive(secret, "symbolon seal: key id", keyIDSize)...),
			master: derive(secret, "symbolon seal: master key", 32),
		})
	}
	return s, nil
}

// Seal encrypts plaintext. Only Open with the same purpose gives it back: a purpose names the place
// the value is kept at ("signing key KID"), so that a sealed value moved elsewhere is worthless.
func (s *Sealer) Seal(purpose string, plaintext []byte) []byte {
	secret := s.secrets[0]
	salt := make([]byte, saltSize)
	rand.Read(salt)
	sealed := make([]byte, 0, prefixSize+saltSize+len(plaintext)+28)
	sealed = append(append(sealed, secret.prefix...), salt...)
	return secret.aead(salt).Seal(sealed, nil, plaintext, []byte(purpose))
}

// Current reports whether a sealed value is under the secret that seals now, and not under an older one.
func (s *Sealer) Current(sealed []byte) bool { return bytes.HasPrefix(sealed, s.secrets[0].prefix) }

// Open decrypts what Seal made for the same purpose; otherwise the error is ErrSealed.
func (s *Sealer) Open(purpose string, sealed []byte) ([]byte, error) {
	if len(sealed) < prefixSize+saltSize {
		return nil, ErrSealed
	}
	prefix, rest := sealed[:prefixSize], sealed[prefixSize:]
	for _, secret := range s.secrets {
		if !bytes.Equal(prefix, secret.prefix) {
			continue
		}
		plaintext, err := secret.aead(rest[:saltSize]).Open(nil, nil, rest[saltSize:], []byte(purpose))
		if err != nil {
			return nil, ErrSealed
		}
		return plaintext, nil
	}
	return nil, ErrSealed
}

// aead is AES-256-GCM under a key of this one value. With a single key, random 96-bit nonces stop
// being safe at 2^32 values (NIST SP 800-38D section 8.3), which a busy server reaches in weeks.
func (s sealingSecret) aead(salt []byte) cipher.AEAD {
	key, err := hkdf.Expand(sha256.New, s.master, "symbolon seal: value key "+string(salt), 32)
	if err != nil {
		panic(err) // only for a size beyond 255 hashes
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // only for an invalid key size
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // only for a cipher that is not AES
	}
	return aead
}

func derive(secret []byte, info string, size int) []byte {
	key, err := hkdf.Key(sha256.New, secret, nil, info, size)
	if err != nil {
		panic(err) // only for a size beyond 255 hashes
	}
	return key
}
