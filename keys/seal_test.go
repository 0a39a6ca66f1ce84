package keys

import (
	"bytes"
	"crypto/rand"
	"errors"
	"testing"
)

func newSecret() []byte {
	secret := make([]byte, 32)
	rand.Read(secret)
	return secret
}

func newSealer(t testing.TB, secrets ...[]byte) *Sealer {
	t.Helper()
	if len(secrets) == 0 {
		secrets = [][]byte{newSecret()}
	}
	sealer, err := NewSealer(secrets...)
	if err != nil {
		t.Fatal(err)
	}
	return sealer
}

func TestShortSecretIsRefused(t *testing.T) {
	for _, secrets := range [][][]byte{nil, {nil}, {make([]byte, 31)}, {newSecret(), make([]byte, 16)}} {
		if _, err := NewSealer(secrets...); err == nil {
			t.Errorf("%d secrets taken", len(secrets))
		}
	}
}

func TestValueOfAnotherPurposeDoesNotOpen(t *testing.T) {
	sealer := newSealer(t)
	sealed := sealer.Seal("request ab", []byte("c"))
	for _, purpose := range []string{"", "request a", "request abc", "grant ab"} {
		if _, err := sealer.Open(purpose, sealed); !errors.Is(err, ErrSealed) {
			t.Errorf("purpose %q: %v", purpose, err)
		}
	}
}

func TestChangedValueDoesNotOpen(t *testing.T) {
	sealer := newSealer(t)
	sealed := sealer.Seal("p", []byte("plain"))
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, err := sealer.Open("p", changed); !errors.Is(err, ErrSealed) {
			t.Errorf("byte %d changed: %v", i, err)
		}
		if _, err := sealer.Open("p", sealed[:i]); !errors.Is(err, ErrSealed) {
			t.Errorf("cut to %d bytes: %v", i, err)
		}
	}
}

func TestValueOpensOnlyUnderAConfiguredSecret(t *testing.T) {
	older, newer := newSecret(), newSecret()
	sealed := newSealer(t, older).Seal("p", []byte("plain"))
	if _, err := newSealer(t, newer).Open("p", sealed); !errors.Is(err, ErrSealed) {
		t.Errorf("opened under another secret: %v", err)
	}
	both := newSealer(t, newer, older)
	if plain, err := both.Open("p", sealed); err != nil || string(plain) != "plain" {
		t.Errorf("older secret in the list: %q, %v", plain, err)
	}
	if _, err := newSealer(t, newer).Open("p", both.Seal("p", nil)); err != nil {
		t.Errorf("the first secret of the list does not seal: %v", err)
	}
}

func TestSealedValuesOfTheSameTextDiffer(t *testing.T) {
	sealer := newSealer(t)
	a, b := sealer.Seal("p", []byte("plain")), sealer.Seal("p", []byte("plain"))
	if bytes.Equal(a[prefixSize:], b[prefixSize:]) || bytes.Contains(a, []byte("plain")) {
		t.Error("sealing is not random")
	}
}

func BenchmarkSealAndOpen(b *testing.B) {
	sealer, plain := newSealer(b), make([]byte, 1024)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sealer.Open("p", sealer.Seal("p", plain)); err != nil {
			b.Fatal(err)
		}
	}
}
