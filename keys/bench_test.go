package keys

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"testing"
)

func benchmarkSign(b *testing.B, alg string) {
	r := newBenchRing(b)
	c := map[string]any{"iss": "https://id.example", "sub": "a_ABCDEFGHIJKLMNOP", "aud": "https://api.example", "client_id": "a_ABCDEFGHIJKLMNOP",
		"iat": 1893456000, "exp": 1893456600, "jti": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "scope": "read_weather"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Sign(b.Context(), alg, "at+jwt", c); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSignRS256(b *testing.B) { benchmarkSign(b, RS256) }
func BenchmarkSignES256(b *testing.B) { benchmarkSign(b, ES256) }

// BenchmarkBareRSA is the floor under SignRS256: one signature, nothing around it.
func BenchmarkBareRSA(b *testing.B) {
	private, digest := newBenchRing(b).state.Load().signing[RS256].rsa, sha256.Sum256([]byte("x"))
	for b.Loop() {
		if _, err := rsa.SignPKCS1v15(nil, private, crypto.SHA256, digest[:]); err != nil {
			b.Fatal(err)
		}
	}
}

func benchmarkVerify(b *testing.B, alg string) {
	r := newBenchRing(b)
	token := sign(b, r, alg)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := r.Verify(token, "at+jwt"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyRS256(b *testing.B) { benchmarkVerify(b, RS256) }
func BenchmarkVerifyES256(b *testing.B) { benchmarkVerify(b, ES256) }
