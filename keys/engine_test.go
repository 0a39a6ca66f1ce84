package keys

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"sync"
	"testing"
)

func newRSA(t *testing.T, alg string) *key {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	k, err := newKey(alg, private)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// A deployment may change engines, or run both on different nodes: RS256 has one signature for a text.
func TestEveryEngineMakesTheSameRS256Signatures(t *testing.T) {
	k := newRSA(t, RS256)
	for _, text := range []string{"", "a", "the same bytes"} {
		digest := sha256.Sum256([]byte(text))
		want, err := rsa.SignPKCS1v15(nil, k.rsa, crypto.SHA256, digest[:])
		if err != nil {
			t.Fatal(err)
		}
		if got, err := k.signature(digest[:]); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%q is signed %x, %v; want %x", text, got, err, want)
		}
	}
}

func TestEveryEngineSaltsPS256AsLongAsTheHash(t *testing.T) {
	k, digest := newRSA(t, PS256), sha256.Sum256([]byte("x"))
	signature, err := k.signature(digest[:])
	if err != nil {
		t.Fatal(err)
	}
	exact := &rsa.PSSOptions{SaltLength: sha256.Size, Hash: crypto.SHA256}
	if err := rsa.VerifyPSS(&k.rsa.PublicKey, crypto.SHA256, digest[:], signature, exact); err != nil {
		t.Error(err)
	}
}

func TestOneKeySignsForManyAtOnce(t *testing.T) {
	k := newRSA(t, RS256)
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			digest := sha256.Sum256([]byte{byte(i)})
			signature, err := k.signature(digest[:])
			if err == nil {
				err = rsa.VerifyPKCS1v15(&k.rsa.PublicKey, crypto.SHA256, digest[:], signature)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestEngineRefusesADigestOfAnotherLength(t *testing.T) {
	for _, alg := range []string{RS256, PS256} {
		if signature, err := newRSA(t, alg).signature([]byte("short")); err == nil {
			t.Errorf("%s signed five bytes: %x", alg, signature)
		}
	}
}
