package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/login/totp"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/templates"
)

func TestAccountIsToldOfItsRecoveryLinkByMail(t *testing.T) {
	url := storagetest.SQLiteURL(t)
	db := storagetest.Open(t, url)
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.CreateUser(t.Context(), storage.User{ID: "u_ada", Email: "ada@example.com", SecondEmail: "ada@second.example", Profile: storage.Profile{Locale: "de-AT"}}); err != nil {
		t.Fatal(err)
	}
	secret := make([]byte, 32)
	rand.Read(secret)
	env := []string{"SYMBOLON_DATABASE_URL=" + url, "SYMBOLON_ISSUER=https://login.example", "SYMBOLON_SECRET=" + base64.StdEncoding.EncodeToString(secret)}
	var out, talk strings.Builder
	if code := run(context.Background(), []string{"user", "recover", "ada@second.example", "--json"}, env, strings.NewReader(""), &out, &talk); code != exitDone {
		t.Fatalf("exit %d: %s", code, talk.String())
	}
	var made recoveryView
	if err := json.Unmarshal([]byte(out.String()), &made); err != nil || made.Until.Sub(made.From) != 24*time.Hour {
		t.Fatalf("%+v, %v", made, err)
	}
	sealer, err := keys.NewSealer(secret)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // one to each address
		m, err := db.ClaimMail(t.Context(), time.Now().Add(time.Second), time.Minute)
		if err != nil {
			t.Fatal("no mail is queued: ", err)
		}
		if strings.Contains(string(m.Sealed), "symbolon_rl_") {
			t.Error("the mail holds the link in the clear")
		}
		text, err := sealer.Open("mail:"+m.ID, m.Sealed)
		if err != nil || !strings.Contains(string(text), "Betreiber dieses Dienstes") || strings.Contains(string(text), "symbolon_rl_") {
			t.Errorf("the mail is not in German, or tells the link: %v", err)
		}
	}
}

func TestTerminalShowsTheCodeAScannerWants(t *testing.T) {
	code, err := totp.QR("https://login.example/login/recover/symbolon_rl_x")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(terminalQR(code), "\n"), "\n")
	if len(lines) != (code.Size()+1)/2 {
		t.Fatalf("%d lines for %d modules", len(lines), code.Size())
	}
	for i, line := range lines {
		line, white := strings.CutPrefix(line, "\x1b[30;107m")
		line, plain := strings.CutSuffix(line, "\x1b[0m")
		blocks := []rune(line)
		if !white || !plain || len(blocks) != code.Size() {
			t.Fatalf("line %d: %q", i, line)
		}
		for x, block := range blocks {
			upper, lower := strings.ContainsRune("█▀", block), strings.ContainsRune("█▄", block)
			if upper != moduleAt(code, x, 2*i) || lower != moduleAt(code, x, 2*i+1) {
				t.Fatalf("line %d, column %d is %q", i, x, block)
			}
		}
	}
}

// moduleAt counts from the corner of the quiet zone.
func moduleAt(code templates.QR, x, y int) bool {
	x, y = x-code.Quiet(), y-code.Quiet()
	return x >= 0 && y >= 0 && x < len(code) && y < len(code) && code[y][x]
}
