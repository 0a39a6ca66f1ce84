package mail

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// Challenge is what a mail with a link and a code is known by: to have the link, or to type the code in
// the browser that asked, is to read the mailbox. It is stored as JSON; a reader of the store
// learns neither: the token of the link is random, the code's digest is keyed by the browser's id.
type Challenge struct {
	storage.Binding        // to the browser that asked
	ID              string `json:"-"` // digest of the link's token, in hex
	Code            []byte `json:"code"`
}

// NewChallenge returns that of a mail for this purpose, whose link holds token.
func NewChallenge(purpose, token, browser string, until time.Time) Challenge {
	id := ChallengeID(token)
	return Challenge{Binding: storage.Bind(browser, until), ID: id, Code: codeDigest(browser, id, Code(purpose, token))}
}

// ChallengeID returns the ID of the challenge whose link holds token.
func ChallengeID(token string) string { return storage.KeyOf(token) }

// Code derives the six digits from the link's token: a page that was given the token can show them,
// and no one needs to keep them.
func Code(purpose, token string) string {
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(mac(token, purpose))%1_000_000)
}

// HasCode reports whether code is the mail's, typed in the browser that asked.
func (c Challenge) HasCode(browser, code string) bool {
	return hmac.Equal(c.Code, codeDigest(browser, c.ID, code))
}

func codeDigest(browser, id, code string) []byte { return mac(browser, id+" "+code) }

func mac(key, text string) []byte {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return h.Sum(nil)
}
