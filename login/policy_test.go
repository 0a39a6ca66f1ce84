package login_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// tables are those of docs/sign-in-policy.md, without their heads.
func tables(t *testing.T) (tables [][][]string) {
	t.Helper()
	page, err := os.ReadFile("../docs/sign-in-policy.md")
	if err != nil {
		t.Fatal(err)
	}
	inside := false
	for line := range strings.Lines(string(page)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "|---"):
			tables, inside = append(tables, nil), true
		case !strings.HasPrefix(line, "|"):
			inside = false
		case inside:
			last := len(tables) - 1
			tables[last] = append(tables[last], cells(line))
		}
	}
	return tables
}

func cells(line string) (cells []string) {
	for _, cell := range strings.Split(strings.Trim(line, "|"), "|") {
		cells = append(cells, strings.Trim(strings.TrimSpace(cell), "`"))
	}
	return cells
}

func kinds(cell string) (all []login.Kind) {
	for _, kind := range strings.Split(cell, " + ") {
		all = append(all, login.Kind(kind))
	}
	return all
}

// documented is what the table says that proofs are worth: its last row that they fulfil.
func documented(table [][]string, proven map[login.Kind]bool) string {
	acr := ""
	for _, row := range table {
		all := true
		for _, kind := range kinds(row[0]) {
			all = all && proven[kind]
		}
		if all {
			acr = row[2]
		}
	}
	return acr
}

func TestEveryCombinationOfProofsIsWorthWhatTheTableSays(t *testing.T) {
	table := tables(t)[0]
	known := []login.Kind{login.Unproven, login.Mailbox, login.Operator, login.Key, login.VerifiedKey, login.Code}
	for set := range 1 << len(known) {
		proven, list := map[login.Kind]bool{}, []login.Kind{}
		for i, kind := range known {
			if set>>i&1 == 1 {
				proven[kind], list = true, append(list, kind)
			}
		}
		if got, want := login.Reached(list...).ACR(), documented(table, proven); got != want {
			t.Errorf("%q reaches %q, the table says %q", list, got, want)
		}
	}
}

func TestMailAddsNothingToAnything(t *testing.T) {
	for _, with := range [][]login.Kind{{login.Mailbox}, {login.Key}, {login.VerifiedKey}, {login.Mailbox, login.Code}, {login.Operator}} {
		if login.Reached(append(with, login.Mailbox)...) != login.Reached(with...) {
			t.Errorf("mail raises %q", with)
		}
	}
}

func TestEverySituationEndsAsTheTableSays(t *testing.T) {
	for _, row := range tables(t)[1] {
		t.Run(strings.Join(row, ";"), func(t *testing.T) {
			if got := situation(t, row[0], row[1], row[2], row[3]); got != row[4] {
				t.Errorf("then: %s", got)
			}
		})
	}
}

// situation plays a row through the real pages and says what comes then.
func situation(t *testing.T, enrolled, policy, asked, proven string) string {
	d := logintest.Deploy(t, storagetest.SQLite(t))
	enrol(d, enrolled)
	d.Flow.Policy = login.Policy{
		SecondFactorRequired: policy == "second factor required", MailOffForPasskeyUsers: policy == "mail off",
	}
	n := d.Node(logintest.Click{Called: "dev", Kind: login.Unproven}, logintest.Click{Called: "key", Kind: login.Key})
	n.Parks.ACRValues = acrValues(asked)
	b := logintest.NewBrowser(t)
	handle, _ := b.Authorize(n)
	p := b.Click(n, proven, "u_ada", handle)
	switch landed := b.Follow(n, p); {
	case strings.HasPrefix(p.Location, "/login/second?"):
		return "second factor"
	case landed.Body == "u_ada ":
		acr := d.Session("u_ada").ACR
		return acr[strings.LastIndex(acr, ":")+1:]
	case landed.Status == http.StatusOK && strings.Contains(landed.Body, "ada@example.com"):
		return "enrol"
	default:
		return landed.Body
	}
}

func enrol(d *logintest.Deployment, what string) {
	for factor := range strings.SplitSeq(what, ", ") {
		switch factor {
		case "app":
			d.EnrolApp("u_ada")
		case "passkey":
			d.AddPasskey("u_ada")
		case "codes":
			d.RecoveryCodes("u_ada")
		}
	}
}

func acrValues(asked string) (values []string) {
	names := map[string]string{"mail": login.ACRMail, "mfa": login.ACRMFA, "phr": login.ACRPHR, "unknown": "urn:other:gold"}
	for value := range strings.FieldsSeq(asked) {
		if name := names[value]; name != "" {
			values = append(values, name)
		}
	}
	return values
}
