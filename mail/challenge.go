package mail

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"github.com/symbolon-id/symbolon/storage"
)

// Challenge is what a mail with a link and a code is known by: whoever has the link, or types the
// code in the browser that asked, reads the mailbox. It is stored as JSON; whoever reads the store
// learns neither: the token of the link is random, the code's digest is keyed by the browser's id.
type Challenge struct {
	ID      string `json:"-"`       // digest of the link's token, in hex
	Browser []byte `json:"browser"` // digest of the id of the browser that asked
	Code    []byte `json:"code"`
}

// NewChallenge is that of a mail for this purpose, whose link holds token.
func NewChallenge(purpose, token, browser string) Challenge {
	id := ChallengeID(token)
	return Challenge{ID: id, Browser: storage.Digest(browser), Code: codeDigest(browser, id, Code(purpose, token))}
}

// ChallengeID is the ID of the challenge whose link holds token.
func ChallengeID(token string) string { return hex.EncodeToString(storage.Digest(token)) }

// Code derives the six digits from the link's token: a page that was given the token can show them,
// and nobody needs to keep them.
func Code(purpose, token string) string {
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(mac(token, purpose))%1_000_000)
}

// AskedIn tells whether the browser with this id asked for the mail.
func (c Challenge) AskedIn(browser string) bool {
	return browser != "" && subtle.ConstantTimeCompare(c.Browser, storage.Digest(browser)) == 1
}

// HasCode tells whether code is the mail's, typed in the browser that asked.
func (c Challenge) HasCode(browser, code string) bool {
	return hmac.Equal(c.Code, codeDigest(browser, c.ID, code))
}

func codeDigest(browser, id, code string) []byte { return mac(browser, id+" "+code) }

func mac(key, text string) []byte {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return h.Sum(nil)
}
