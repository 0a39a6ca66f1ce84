// Package randx stands in for the symbols of github.com/ory/x/randx that fosite uses.
package randx

import (
	"crypto/rand"
	"math/big"
)

// AlphaUpper is the alphabet of device user codes.
var AlphaUpper = []rune("ABCDEFGHIJKLMNOPQRSTUVWXYZ")

// RuneSequence returns length runes drawn uniformly from alphabet.
func RuneSequence(length int, alphabet []rune) ([]rune, error) {
	size := big.NewInt(int64(len(alphabet)))
	runes := make([]rune, length)
	for i := range runes {
		n, err := rand.Int(rand.Reader, size)
		if err != nil {
			return nil, err
		}
		runes[i] = alphabet[n.Int64()]
	}
	return runes, nil
}
