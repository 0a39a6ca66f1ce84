package templates

import (
	"slices"
	"strings"
	"testing"
)

func TestOnlyAddressesThatLeaveAreLeftFor(t *testing.T) {
	for _, address := range []string{"", "/login", "//evil.example", "JavaScript:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "blob:https://x/y", "about:blank", "view-source:https://x"} {
		if got, err := leave(address); err == nil {
			t.Errorf("leave(%q) = %q", address, got)
		}
	}
	for _, address := range []string{"https://app.example/cb", "com.example.app:/cb", "vscode://x/y"} {
		if _, err := leave(address); err != nil {
			t.Errorf("leave(%q): %v", address, err)
		}
	}
}

func TestLongHostBreaksBeforeDotsAndLosesNothing(t *testing.T) {
	for _, host := range []string{"", "claude.ai", "accounts.google.com.login.evil.example", "..........................", "no-dots-but-very-long-indeed"} {
		parts := hostParts(host)
		if strings.Join(parts, "") != host {
			t.Errorf("%q became %q", host, parts)
		}
	}
	want := []string{"accounts", ".google", ".com", ".login", ".evil", ".example"}
	if got := hostParts("accounts.google.com.login.evil.example"); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestLongAddressBreaksBeforeItsDomain(t *testing.T) {
	for text, want := range map[string]string{
		"ada@example.com":                      "<bdi>ada@example.com</bdi>",
		"ada.lovelace.of.ockham@example.com":   "<bdi>ada.lovelace.of.ockham<wbr>@example.com</bdi>",
		`<b>"ada lovelace"@example.com & more`: "<bdi>&lt;b&gt;&#34;ada lovelace&#34;<wbr>@example.com &amp; more</bdi>",
	} {
		if got := address(text); string(got) != want {
			t.Errorf("%q is %q", text, got)
		}
	}
}

func TestPiecesLoseNothing(t *testing.T) {
	mail := "Open https://id.example/l?a=b now.\n\nOr http://127.0.0.1:8080/x"
	var all, links []string
	for _, p := range pieces(mail) {
		all = append(all, p.Text)
		if p.Link {
			links = append(links, p.Text)
		}
	}
	if strings.Join(all, "") != mail || !slices.Equal(links, []string{"https://id.example/l?a=b", "http://127.0.0.1:8080/x"}) {
		t.Errorf("%q %q", all, links)
	}
}
