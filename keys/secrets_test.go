package keys

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

func TestUnsafeSecretIsRefused(t *testing.T) {
	b64 := base64.StdEncoding.EncodeToString
	sequence := make([]byte, 64)
	for i := range sequence {
		sequence[i] = byte(3 * i)
	}
	for name, config := range map[string]string{
		"empty":              "",
		"only separators":    " ,\n",
		"short":              b64(newSecret()[:31]),
		"not base64":         strings.Repeat("é!", 40),
		"placeholder":        "change-me-change-me-change-me-change-me-change-me",
		"placeholder inside": b64([]byte("please replace this value before you go live")),
		"sentence":           b64([]byte("correct horse battery staple and a few more words")),
		"zeros":              b64(make([]byte, 32)),
		"repetition":         b64(bytes.Repeat([]byte{1, 200, 3, 250}, 16)),
		"sequence":           b64(sequence),
		"second of two":      b64(newSecret()) + "," + b64(newSecret()[:8]),
	} {
		secrets, err := ParseSecrets(config)
		if err == nil {
			t.Errorf("%s: %d secrets taken", name, len(secrets))
			continue
		}
		if !strings.Contains(err.Error(), "openssl rand -base64 32") {
			t.Errorf("%s: %q does not say what to do", name, err)
		}
		for _, field := range strings.Fields(config) {
			if len(field) > 1 && strings.Contains(err.Error(), field) {
				t.Errorf("%s: the error repeats the secret", name)
			}
		}
	}
}

func TestRandomSecretsAreTakenInEverySpelling(t *testing.T) {
	first, second := newSecret(), append(newSecret(), newSecret()...)
	for _, encode := range []func([]byte) string{
		base64.StdEncoding.EncodeToString, base64.RawStdEncoding.EncodeToString,
		base64.URLEncoding.EncodeToString, base64.RawURLEncoding.EncodeToString,
	} {
		for _, separator := range []string{",", ", ", " ", "\n", "\r\n"} {
			secrets, err := ParseSecrets(encode(first) + separator + encode(second) + "\n")
			if err != nil {
				t.Fatal(err)
			}
			if len(secrets) != 2 || !bytes.Equal(secrets[0], first) || !bytes.Equal(secrets[1], second) {
				t.Errorf("separator %q: other secrets than written", separator)
			}
		}
	}
	if _, err := ParseSecrets(hex.EncodeToString(newSecret())); err != nil {
		t.Errorf("64 hexadecimal digits: %v", err)
	}
}
