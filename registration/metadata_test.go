package registration

import (
	"slices"
	"testing"

	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage"
)

func TestOneRowIsReadFromSoftware(t *testing.T) {
	row := clients.Field{Name: "software_id", Registered: true, Column: func(c *storage.Client) any { return &c.Profile }}
	sent := object{"software_id": "X", "profile": "fapi2", "client_name": "Y"}

	without, err := readMetadata(sent, clients.Metadata())
	if err != nil || without.Profile != "" || without.Name != "Y" {
		t.Errorf("without the row: %q %q, %v", without.Profile, without.Name, err)
	}
	with, err := readMetadata(sent, append(slices.Clone(clients.Metadata()), row))
	if err != nil || with.Profile != "X" {
		t.Errorf("with the row: %q, %v", with.Profile, err)
	}
}

// Software says nothing of itself that only the operator decides.
func TestWhatIsTheOperatorsIsNotRead(t *testing.T) {
	sent := object{
		"public": true, "first_party": true, "approved": true, "profile": "fapi2", "require_pkce": false,
		"audience": []any{"https://api.example"}, "serves": []any{"https://api.example"}, "signing_alg": "ES256", "name": "X",
	}
	m, err := readMetadata(sent, clients.Metadata())
	if err != nil {
		t.Fatal(err)
	}
	if m.Public || m.FirstParty || m.Approved || m.PKCEOptional || m.Profile+m.SigningAlg+m.Name != "" || len(m.Audiences)+len(m.Serves) > 0 {
		t.Errorf("%+v", m)
	}
}
