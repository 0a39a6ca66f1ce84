package keys

import (
	"crypto"
	"crypto/rsa"
)

const goEngine = "go"

// Engine names what makes RSA signatures. The error says why it is not the one that this program was
// built for.
func Engine() (name string, err error) { return engine() }

// pss is RFC 7518 section 3.5: the salt is as long as the hash.
var pss = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256}
