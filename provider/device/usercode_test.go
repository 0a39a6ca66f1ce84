package device

import (
	"math"
	"testing"
)

func TestUserCodesAreLongEnoughForTheirLimits(t *testing.T) {
	codes, tries := math.Pow(float64(len(userCodeLetters)), userCodeLength), 2*float64(typed.Events)*float64(deviceLife/typed.Per)
	if odds := math.Log2(tries / codes); odds >= -32 {
		t.Errorf("a code is guessed with a probability of 2^%.1f", odds)
	}
}

func TestUserCodesAreSpreadEvenly(t *testing.T) {
	seen, letters := map[string]bool{}, map[rune]int{}
	const codes = 4000
	for range codes {
		code := newUserCode()
		if seen[code] || normalUserCode(code) != code {
			t.Fatalf("%s", code)
		}
		seen[code] = true
		for _, r := range code {
			letters[r]++
		}
	}
	want := codes * userCodeLength / len(userCodeLetters)
	for r, n := range letters {
		if n < want*8/10 || n > want*12/10 || len(letters) != len(userCodeLetters) {
			t.Errorf("%c came %d times, about %d are due", r, n, want)
		}
	}
}
