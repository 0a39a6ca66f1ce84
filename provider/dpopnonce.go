package provider

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

func (d *proofs) newNonce() string {
	made := binary.BigEndian.AppendUint64(nil, uint64(d.now().Unix()))
	return base64.RawURLEncoding.EncodeToString(d.sealer.Seal(noncePurpose, made))
}

func (d *proofs) ourNonce(nonce string) bool {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(nonce)
	if err != nil {
		return false
	}
	made, err := d.sealer.Open(noncePurpose, sealed)
	if err != nil || len(made) != 8 {
		return false
	}
	age := d.now().Sub(time.Unix(int64(binary.BigEndian.Uint64(made)), 0))
	return -skew <= age && age <= nonceLife
}
