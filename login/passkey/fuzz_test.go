package passkey_test

import (
	"testing"

	"github.com/symbolon-id/symbolon/login/passkey"
	"github.com/symbolon-id/symbolon/storage"
)

func fuzzed(f *testing.F) *passkey.RelyingParty {
	rp, err := passkey.NewRelyingParty(passkey.Options{Issuer: issuer})
	if err != nil {
		f.Fatal(err)
	}
	return rp
}

const fuzzOptions = `{"challenge":"` + browser + `","rpId":"id.example","rp":{"id":"id.example"},"user":{"id":"dV9hZGE"}}`

// FuzzAssertion: no answer to a key of somebody else's making passes, and none makes us panic.
func FuzzAssertion(f *testing.F) {
	rp := fuzzed(f)
	for _, signer := range []*device{newDevice(f), newEd25519Device(f), newRSADevice(f, 2048)} {
		signer.user = "u_ada"
		f.Add(signer.get(fuzzOptions), newDevice(f).encode(newDevice(f).cose))
		f.Add(newDevice(f).get(fuzzOptions), signer.encode(signer.cose))
	}
	f.Add("{}", []byte{0xbf})
	f.Fuzz(func(t *testing.T, credentialJSON string, cose []byte) {
		if rp.Judge(credentialJSON, cose) == nil {
			t.Error("it passed")
		}
	})
}

// FuzzEnrolment: whatever is in an attestation object, we do not panic, and no key passes that we
// would refuse later.
func FuzzEnrolment(f *testing.F) {
	rp := fuzzed(f)
	for _, made := range []*device{newDevice(f), newEd25519Device(f), newRSADevice(f, 2048)} {
		f.Add(made.create(fuzzOptions))
		f.Add(made.create(fuzzOptions, func(s *said) { s.format = "packed" }))
	}
	f.Fuzz(func(t *testing.T, credentialJSON string) {
		if err := rp.Create(credentialJSON, storage.User{ID: "u_ada"}); err != nil {
			return
		}
		if err := rp.Create(credentialJSON, storage.User{ID: "u_ada"}); err != nil {
			t.Error(err)
		}
	})
}
