package audit_test

import (
	"context"
	"testing"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// BenchmarkRecordLater is what a token costs its request, here one that was counted before.
func BenchmarkRecordLater(b *testing.B) {
	r := audit.NewRecorder(storagetest.SQLite(b), audit.Options{})
	e := audit.Event{Type: audit.TokenIssued, Outcome: audit.Success, Method: "client_credentials", ClientID: "a_4Z7535RWFITRUDDJQTHL3TITAU",
		Resource: "https://api.example", Scopes: "read_weather", CredentialID: "cs_MNWCJNEKCVUECSQAHKWGZ5EN6W"}
	b.ReportAllocs()
	for b.Loop() {
		r.RecordLater(context.Background(), e)
	}
}
