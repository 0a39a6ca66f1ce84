package keys

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

const makeSecret = "make one with: openssl rand -base64 32"

// ParseSecrets reads the `secret` setting: one or more base64 values, separated by commas or white
// space, the one in use first. Errors name a value by its place and never repeat it.
func ParseSecrets(config string) ([][]byte, error) {
	fields := strings.FieldsFunc(config, func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) })
	if len(fields) == 0 {
		return nil, errors.New("secret is empty; " + makeSecret)
	}
	secrets := make([][]byte, 0, len(fields))
	for i, field := range fields {
		secret, err := parseSecret(field)
		if err != nil {
			return nil, fmt.Errorf("secret %d of %d %w; %s", i+1, len(fields), err, makeSecret)
		}
		secrets = append(secrets, secret)
	}
	return secrets, nil
}

func parseSecret(text string) ([]byte, error) {
	if isPlaceholder(text) {
		return nil, errors.New("is a placeholder")
	}
	secret, err := decodeSecret(text)
	switch {
	case err != nil:
		return nil, errors.New("is not base64")
	case len(secret) < minSecret:
		return nil, fmt.Errorf("has %d bytes, %d are needed", len(secret), minSecret)
	case isPlaceholder(string(secret)):
		return nil, errors.New("is a placeholder")
	case isText(secret):
		return nil, errors.New("decodes to readable text, which can be guessed")
	case isRegular(secret):
		return nil, errors.New("is not random")
	}
	return secret, nil
}

// decodeSecret takes either alphabet, padded or not: people paste what their tool printed.
func decodeSecret(text string) ([]byte, error) {
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	return base64.RawStdEncoding.DecodeString(text)
}

func isPlaceholder(text string) bool {
	text = strings.ToLower(text)
	for _, word := range []string{"change", "secret", "example", "placeholder", "password", "replace", "insert", "symbolon"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

func isText(secret []byte) bool {
	for _, b := range secret {
		if b < '\t' || b > '~' {
			return false
		}
	}
	return true
}

// isRegular finds repetitions (few values) and sequences (few steps between neighbours). Of 32
// random bytes about 30 are distinct; fewer than 16 do not happen.
func isRegular(secret []byte) bool {
	values, steps := map[byte]bool{}, map[byte]bool{}
	for i, b := range secret {
		values[b] = true
		steps[b-secret[max(i-1, 0)]] = true
	}
	return len(values) < 16 || len(steps) < 16
}
