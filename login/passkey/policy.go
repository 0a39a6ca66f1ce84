package passkey

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
)

// Policy is what the deployment asks of passkeys, at enrolment and at every use. The zero value
// takes any.
type Policy struct {
	// Verify requires that the person is verified by PIN, fingerprint or face whenever a passkey is used.
	Verify bool
	// Attachment is "platform" (built in), "cross-platform" (security keys, phones) or "" for any.
	Attachment string
	// AAGUIDs are the models that may be used; none: any. As no attestation is asked for, a model is
	// what the browser says it is: this keeps honest people to the list, not others.
	AAGUIDs []string
	// Algorithms are those of Algorithms that keys may have, in order of preference; none: all.
	Algorithms []string
}

// Algorithms returns what a policy may choose from, under the names that JOSE has for them.
func Algorithms() []string { return []string{"EdDSA", "ES256", "RS256"} }

func coseAlgorithm(name string) webauthncose.COSEAlgorithmIdentifier {
	switch name {
	case "EdDSA":
		return webauthncose.AlgEdDSA
	case "ES256":
		return webauthncose.AlgES256
	}
	return webauthncose.AlgRS256
}

// check returns an error if the policy itself is invalid.
func (p Policy) check() error {
	if !slices.Contains([]string{"", "platform", "cross-platform"}, p.Attachment) {
		return fmt.Errorf("passkeys: attachment %q is neither platform nor cross-platform", p.Attachment)
	}
	for _, name := range p.Algorithms {
		if !slices.Contains(Algorithms(), name) {
			return fmt.Errorf("passkeys: algorithm %q is none of %s", name, strings.Join(Algorithms(), ", "))
		}
	}
	for _, model := range p.AAGUIDs {
		if raw, err := hex.DecodeString(strings.ReplaceAll(model, "-", "")); err != nil || len(raw) != 16 {
			return fmt.Errorf("passkeys: model %q is no AAGUID", model)
		}
	}
	return nil
}

var errPolicy = errors.New("passkey is not allowed here")

func (p Policy) allows(c credential) error {
	if p.Attachment != "" && c.Attachment != p.Attachment {
		return fmt.Errorf("%w: attachment %q", errPolicy, c.Attachment)
	}
	if len(p.AAGUIDs) > 0 && !slices.ContainsFunc(p.AAGUIDs, func(a string) bool { return strings.EqualFold(a, c.model()) }) {
		return fmt.Errorf("%w: model %s", errPolicy, c.model())
	}
	return p.allowsKey(c.PublicKey)
}

// algorithms returns them in order of preference.
func (p Policy) algorithms() (all []webauthncose.COSEAlgorithmIdentifier) {
	names := p.Algorithms
	if len(names) == 0 {
		names = Algorithms()
	}
	for _, name := range names {
		all = append(all, coseAlgorithm(name))
	}
	return all
}

func (p Policy) parameters() (all []protocol.CredentialParameter) {
	for _, alg := range p.algorithms() {
		all = append(all, protocol.CredentialParameter{Type: protocol.PublicKeyCredentialType, Algorithm: alg})
	}
	return all
}

const (
	minRSABits = 2048
	maxRSABits = 4096 // a larger one only costs us time
)

// allowsKey judges a key by its type, curve and size as well: the library compares no more than
// the algorithm it names.
func (p Policy) allowsKey(cose []byte) error {
	key, err := webauthncose.ParsePublicKey(cose)
	if err != nil {
		return fmt.Errorf("%w: %w", errPolicy, err)
	}
	may := func(named int64, alg webauthncose.COSEAlgorithmIdentifier) bool {
		return named == int64(alg) && slices.Contains(p.algorithms(), alg)
	}
	switch k := key.(type) {
	case webauthncose.OKPPublicKeyData:
		if may(k.Algorithm, webauthncose.AlgEdDSA) && k.Curve == int64(webauthncose.Ed25519) {
			return nil
		}
	case webauthncose.EC2PublicKeyData:
		if may(k.Algorithm, webauthncose.AlgES256) && k.Curve == int64(webauthncose.P256) {
			return nil
		}
	case webauthncose.RSAPublicKeyData:
		if may(k.Algorithm, webauthncose.AlgRS256) && strongRSA(k) {
			return nil
		}
	}
	return fmt.Errorf("%w: key", errPolicy)
}

func strongRSA(k webauthncose.RSAPublicKeyData) bool {
	exponent, err := webauthncose.ParseRSAPublicKeyDataExponent(&k)
	bits := len(k.Modulus) * 8
	return err == nil && exponent >= 65537 && exponent%2 == 1 && exponent < 1<<31 &&
		bits >= minRSABits && bits <= maxRSABits && k.Modulus[0]&0x80 != 0
}

// model writes an AAGUID as lists of them do.
func (c credential) model() string {
	if len(c.AAGUID) != 16 {
		return ""
	}
	h := hex.EncodeToString(c.AAGUID)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
