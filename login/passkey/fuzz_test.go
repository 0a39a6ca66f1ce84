package passkey_test

import (
	"bytes"
	"encoding/json"
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

// answered is what a browser would send, around bytes that no authenticator made.
func answered(kind string, members map[string][]byte) string {
	response := map[string]string{"clientDataJSON": b64([]byte(`{"type":"` + kind + `","challenge":"` + browser + `","origin":"` + issuer + `"}`))}
	for name, value := range members {
		response[name] = b64(value)
	}
	text, err := json.Marshal(map[string]any{"id": "aWQ", "rawId": "aWQ", "type": "public-key", "response": response})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// FuzzAssertion shows that no signature that was not made passes, and no bytes make us panic.
func FuzzAssertion(f *testing.F) {
	rp := fuzzed(f)
	for _, d := range []*device{newDevice(f), newEd25519Device(f), newRSADevice(f, 2048)} {
		data := d.say("", "", "id.example", nil).data()
		f.Add(data, d.sign(data, nil), d.encode(d.cose))
	}
	f.Fuzz(func(t *testing.T, data, signature, cose []byte) {
		err := rp.Judge(answered("webauthn.get", map[string][]byte{
			"authenticatorData": data, "signature": signature, "userHandle": []byte("u_ada"),
		}), cose)
		if err == nil {
			t.Error("it passed")
		}
	})
}

// FuzzEnrolment shows that no attestation object makes us panic, and what passes is the key of an
// algorithm we asked for.
func FuzzEnrolment(f *testing.F) {
	rp := fuzzed(f)
	for _, d := range []*device{newDevice(f), newEd25519Device(f), newRSADevice(f, 2048)} {
		d.id = []byte("id")
		for _, format := range []string{"none", "packed", "tpm", "apple", "fido-u2f", "android-key", "compound"} {
			f.Add(d.object(d.say("", "", "id.example", []func(*said){func(s *said) { s.format, s.flags = format, present|attested }})))
		}
	}
	f.Fuzz(func(t *testing.T, object []byte) {
		err := rp.Create(answered("webauthn.create", map[string][]byte{"attestationObject": object}), storage.User{ID: "u_ada"})
		if err == nil && !bytes.Contains(object, []byte{0x03, 0x26}) && !bytes.Contains(object, []byte{0x03, 0x27}) && !bytes.Contains(object, []byte{0x03, 0x39, 0x01, 0x00}) {
			t.Error("a key of another algorithm passed")
		}
	})
}
