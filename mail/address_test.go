package mail_test

import (
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/mail"
)

func TestAddressThatCouldMeanMoreIsRefused(t *testing.T) {
	for _, s := range []string{
		"", "@", "a", "a@", "@b.example", "a@b", "a@localhost", "a@b@c.example",
		"victim@x.example,evil@y.example", "victim@x.example;evil@y.example", "victim@x.example evil@y.example",
		"Alice <alice@x.example>", "<alice@x.example>", "alice@x.example (Alice)", "group:a@x.example;",
		"a@x.example\r\nBcc: evil@y.example", "a@x.example\nBcc:evil@y.example", "a\r@x.example", "a@x.example\x00", "\ta@x.example",
		" a@x.example", "a@x.example ", `"a b"@x.example`, `"a"@x.example`, `a\b@x.example`, "a%b@x.example", "x!a@x.example",
		".a@x.example", "a.@x.example", "a..b@x.example", "a@.example", "a@x..example", "a@x.example.", "a@-x.example", "a@x-.example",
		"a@[127.0.0.1]", "a@127.0.0.1", "a@x_y.example", "a:b@x.example", "a@x.example:25", "a,b@x.example", "a[b]@x.example",
		"a＠x.example", "a@x.exampleı", "ß@x.example", "\u212aate@x.example", "a@ex\u00e4mple.example", "a\u200b@x.example", "a@x。example",
		strings.Repeat("a", 65) + "@x.example", "a@" + strings.Repeat("x", 64) + ".example",
		"a@" + strings.Repeat("x.", 125) + "example", strings.Repeat("(", 1<<20) + "@x.example",
	} {
		if got, err := mail.ParseAddress(s); err == nil {
			t.Errorf("%.60q accepted as %q", s, got)
		}
	}
}

func TestPlainAddressIsAcceptedAsItIs(t *testing.T) {
	for _, s := range []string{
		"a@x.example", "Alice@Example.COM", "alice.b+tag@mail.x.example", "o'neill@x.example", "_-#$&*/=?^`{|}~@x.example",
		"1@2.example", "a@xn--exmple-cua.example", strings.Repeat("a", 64) + "@" + strings.Repeat("x", 63) + ".example",
	} {
		if got, err := mail.ParseAddress(s); err != nil || got != s {
			t.Errorf("%q: %q, %v", s, got, err)
		}
	}
}

func TestSenderIsAnAddressWithOrWithoutName(t *testing.T) {
	for _, s := range []string{"", "Symbolon", "a@x.example, b@x.example", "a@x.example\r\nBcc: b@x.example", "=?utf-8?q?a=0D=0AB:?= <a@x.example>"} {
		if got, err := mail.ParseSender(s); err == nil {
			t.Errorf("%q accepted as %q", s, got)
		}
	}
	for s, want := range map[string]string{
		"no-reply@x.example": "no-reply@x.example", "Symbolon <no-reply@x.example>": "no-reply@x.example",
		`"Müller, Inc." <no-reply@x.example>`: "no-reply@x.example", "dev@localhost": "dev@localhost",
	} {
		if got, err := mail.ParseSender(s); err != nil || got != want {
			t.Errorf("%q: %q, %v", s, got, err)
		}
	}
}
