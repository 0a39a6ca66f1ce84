package account_test

import (
	"testing"
	"time"

	otp "github.com/pquerna/otp/totp"
)

// codeFor is what an authenticator app with this key shows.
func codeFor(t *testing.T, key string, at time.Time) string {
	t.Helper()
	code, err := otp.GenerateCode(key, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// wrong returns a code that is not this one, nor likely one of its neighbours.
func wrong(code string) string {
	return string('0'+(code[0]-'0'+5)%10) + code[1:]
}
