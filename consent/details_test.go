package consent_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/consent"
	"github.com/symbolon-id/symbolon/details"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/devuser"
	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/web"
)

// detailed returns a node whose app asks for a payment.
func detailed(t *testing.T, db *durable.DB, creditor string) *logintest.Node {
	t.Helper()
	types, err := details.ParseTypes(`[{"type":"payment","sentence":"Pay {amount} to {creditor}","sentences":{"de":"{amount} an {creditor} zahlen"},
		"fields":{"creditor":{"required":true},"amount":{"kind":"number","required":true},"actions":{},"note":{"label":"Note"}}}]`)
	if err != nil {
		t.Fatal(err)
	}
	n := logintest.New(t, logintest.Setup{DB: seed(t, db), Ephemeral: ephemeral.NewMemory()}, []login.Method{&devuser.Method{Users: db}},
		func(mux *web.Mux, n *logintest.Node) {
			asker := &consent.Asker{Store: db, Sessions: n.Sessions, Requests: n.Requests, Pages: n.Pages, Audit: n.Audit, Details: types}
			asker.Mount(mux)
			n.Steps = append(n.Steps, asker)
		})
	text, err := json.Marshal([]any{map[string]any{"type": "payment", "creditor": creditor, "amount": 12.5, "actions": []string{"initiate"}, "note": creditor}})
	if err != nil {
		t.Fatal(err)
	}
	if n.Parks.Details, err = types.Asked(string(text), []string{"payment"}); err != nil {
		t.Fatal(err)
	}
	n.Parks.Scopes = nil
	return n
}

func TestDetailsAreAskedAboutEveryTime(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(t *testing.T) *durable.DB) {
		n := detailed(t, open(t), "Shop")
		ada := signedIn(t, n, "u_ada")
		for _, firstParty := range []bool{false, false, true, true} {
			n.Parks.FirstParty = firstParty
			handle, p := ada.Authorize(n)
			if !asks(p) || !strings.Contains(p.Body, `Pay <bdi class="strong">12.5</bdi> to <bdi class="strong">Shop</bdi>`) {
				t.Fatalf("not asked, or not about what it is: %s", p.Body)
			}
			if p := ada.Follow(n, decide(ada, n, handle, "allow")); p.Body != "u_ada "+interaction.Allowed {
				t.Errorf("allowed: %.20q", p.Body)
			}
		}
	})
}

func TestDetailsAreOnlyText(t *testing.T) {
	n := detailed(t, storagetest.SQLite(t), `<b>Shop</b>"'{amount}{{.}}`)
	_, p := signedIn(t, n, "u_ada").Authorize(n)
	const said = `&lt;b&gt;Shop&lt;/b&gt;&#34;&#39;{amount}{{.}}`
	if strings.Contains(p.Body, "<b>") || !strings.Contains(p.Body, `to <bdi class="strong">`+said) || !strings.Contains(p.Body, "<bdi>"+said+"</bdi>") {
		t.Errorf("%s", p.Body)
	}
	for _, label := range []string{"Allowed actions", "Note"} {
		if !strings.Contains(p.Body, label) {
			t.Errorf("%s is missing", label)
		}
	}
}
