package clientauth

import (
	"encoding/base64"
	"encoding/binary"
	"time"
)

// A nonce is the sealed time of its making: every node knows its own and the others', and keeps none.
const (
	noncePurpose = "dpop nonce"
	nonceLife    = 5 * time.Minute
)

func (d *Proofs) newNonce() string {
	made := binary.BigEndian.AppendUint64(nil, uint64(d.Clock.Now().Unix()))
	return base64.RawURLEncoding.EncodeToString(d.Sealer.Seal(noncePurpose, made))
}

func (d *Proofs) ourNonce(nonce string) bool {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(nonce)
	if err != nil {
		return false
	}
	made, err := d.Sealer.Open(noncePurpose, sealed)
	if err != nil || len(made) != 8 {
		return false
	}
	age := d.Clock.Now().Sub(time.Unix(int64(binary.BigEndian.Uint64(made)), 0))
	return -Skew <= age && age <= nonceLife
}
