package totp

import (
	"testing"

	"github.com/pquerna/otp"
)

func TestCodesAreThoseOfTheStandard(t *testing.T) {
	seed := []byte("12345678901234567890") // RFC 4226 appendix D
	for step, want := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"} {
		if got := hotp(seed, int64(step)); got != want {
			t.Errorf("step %d: %s, not %s", step, got, want)
		}
	}
	for at, want := range map[int64]string{ // RFC 6238 appendix B, the last six digits
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := hotp(seed, at/period); got != want {
			t.Errorf("at %d: %s, not %s", at, got, want)
		}
	}
}

func TestURIIsWhatAppsRead(t *testing.T) {
	key, err := otp.NewKeyFromURL(keyURI("Smith & Sons = us", "ada+x@example.com", "JBSWY3DPEHPK3PXP"))
	if err != nil {
		t.Fatal(err)
	}
	if key.Issuer() != "Smith & Sons = us" || key.AccountName() != "ada+x@example.com" || key.Secret() != "JBSWY3DPEHPK3PXP" ||
		key.Period() != period || key.Digits() != otp.DigitsSix || key.Algorithm() != otp.AlgorithmSHA1 || key.Type() != "totp" {
		t.Error(key.URL())
	}
}
