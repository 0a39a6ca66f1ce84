package clients

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/storage"
)

// softwareID stands for a field that is to come: one row, and a column.
func softwareID() Field {
	return Field{
		Name: "software_id", Flag: "software-id", Help: "what its maker calls it", Label: "software", Registered: true,
		Column: func(c *storage.Client) any { return &c.Profile },
	}
}

func TestOneRowIsAFieldEverywhere(t *testing.T) {
	table := append(slices.Clone(Metadata()), softwareID())
	c := storage.Client{Kind: storage.KindApp, ClientMetadata: storage.ClientMetadata{Profile: "X"}}
	for what, n := range map[string][2]int{
		"flags of client": {len(Metadata().Flags(storage.KindApp)), len(table.Flags(storage.KindApp))},
		"flags of agent":  {len(Metadata().Flags(storage.KindAgent)), len(table.Flags(storage.KindAgent)) + 1},
		"view":            {len(Metadata().View(c)), len(table.View(c))},
		"registration":    {len(slices.Collect(Metadata().Registered())), len(slices.Collect(table.Registered()))},
		"answer":          {len(Metadata().Answer(c)), len(table.Answer(c))},
		"schema":          {properties(Metadata()), properties(table)},
	} {
		if n[1] != n[0]+1 {
			t.Errorf("%s: %d with the row, %d without", what, n[1], n[0])
		}
	}
}

func properties(t Table) int { return len(t.Schema()["properties"].(map[string]any)) }

func TestEveryColumnHasOneRow(t *testing.T) {
	// DefaultScopes is half of the scope member: what is asked for when a request names none.
	rows := map[uintptr]string{}
	var c storage.Client
	for _, f := range Metadata() {
		at := reflect.ValueOf(f.Column(&c)).Pointer()
		if rows[at] != "" {
			t.Errorf("%s and %s are one column", rows[at], f.Name)
		}
		rows[at] = f.Name
	}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[storage.ClientMetadata]()) {
		at := reflect.ValueOf(&c.ClientMetadata).Elem().FieldByIndex(field.Index)
		if !field.Anonymous && field.Name != "DefaultScopes" && rows[at.Addr().Pointer()] == "" {
			t.Errorf("%s has no row", field.Name)
		}
	}
}

func TestRowsAreComplete(t *testing.T) {
	names := map[string]bool{}
	for _, f := range Metadata() {
		if names[f.Name] || (f.Flag == "") != (f.Help == "") {
			t.Errorf("%s: twice, or a flag without help", f.Name)
		}
		names[f.Name] = true
		_ = f.Value(storage.Client{}) // panics at a type that is not known
		if f.Agents == Settable && f.Flag == "" {
			t.Errorf("%s: agents cannot set it without a flag", f.Name)
		}
	}
}

func TestTheReferenceNamesEveryField(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "docs", "clients", "metadata.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range Metadata() {
		row := "| `" + f.Name + "` | "
		if f.Flag != "" {
			row += "`--" + f.Flag + "` |"
		}
		if !strings.Contains(string(text), row) {
			t.Errorf("docs/clients/metadata.md has no row %q", row)
		}
	}
}

func TestSchemaDescribesTypesAndChoices(t *testing.T) {
	all := Metadata().Schema()["properties"].(map[string]any)
	text, err := json.Marshal(map[string]any{"jwks": all["jwks"], "redirect_uris": all["redirect_uris"], "scope": all["scope"], "request_object_signing_alg": all["request_object_signing_alg"]})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"enum":["RS256","PS256","ES256","EdDSA","none"]`, `"items":{"type":"string"},"type":"array"`,
		`separated by spaces; repeatable","type":"string"`, `"type":"object"`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}

func TestMembersKeepTheirOrderAndTheirCharacters(t *testing.T) {
	text, err := Members{{"z", "a&b"}, {"a", []string{}}}.MarshalJSON()
	if err != nil || strings.ReplaceAll(string(text), "\n", "") != `{"z":"a&b","a":[]}` {
		t.Errorf("%s %v", text, err)
	}
}
