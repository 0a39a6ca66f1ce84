package token

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// BenchmarkClaims measures an access token without its signature.
func BenchmarkClaims(b *testing.B) {
	m := &Maker{}
	c := storage.Client{ID: storage.NewID("c_"), ClientMetadata: storage.ClientMetadata{Scopes: []string{"email", "files:read"}}}
	s := &Statement{At: time.Now(), Scopes: c.Scopes, Audience: []string{"https://api.example"}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := json.Marshal(m.accessClaims(c, s)); err != nil {
			b.Fatal(err)
		}
	}
}
