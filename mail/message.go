package mail

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/symbolon-id/symbolon/storage"
)

// Message is one mail to one person. It is stored as sealed JSON: a field may be added, never
// renamed.
type Message struct {
	ID        string    `json:"-"` // given by the queue; becomes the Message-ID
	To        string    `json:"to"`
	Subject   string    `json:"subject"`
	Text      string    `json:"text"`
	HTML      string    `json:"html"`
	Expires   time.Time `json:"expires"`              // dropped unsent from here on; zero: a day from now
	KnownOnly bool      `json:"known_only,omitempty"` // sent only when an enabled user has this address
}

// defaultLife is how long delivery of a message without an end is tried.
const defaultLife = 24 * time.Hour

// validate refuses what could add a recipient or a header.
func (m Message) validate() error {
	if _, err := ParseAddress(m.To); err != nil {
		return fmt.Errorf("recipient: %w", err)
	}
	if m.Subject == "" || strings.ContainsFunc(m.Subject, unicode.IsControl) {
		return errors.New("subject is empty or has control characters")
	}
	if !utf8.ValidString(m.Subject + m.Text + m.HTML) {
		return errors.New("text is not UTF-8")
	}
	if m.Text == "" {
		return errors.New("text is empty")
	}
	return nil
}

// recipient is what a log may say of the address: enough to find it again when you know it.
func (m Message) recipient() string {
	if m.To == "" {
		return "" // it could not be opened
	}
	return hex.EncodeToString(storage.Digest(storage.EmailKey(m.To))[:6])
}
