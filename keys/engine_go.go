//go:build !openssl

package keys

import (
	"crypto"
	"crypto/rsa"
)

func engine() (string, error) { return goEngine, nil }

// rsaSigner returns what signs with the key.
func rsaSigner(k *rsa.PrivateKey) (crypto.Signer, error) { return k, nil }
