package recoverlink

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
)

// Sealer encrypts and authenticates; purpose is bound to what it seals.
type Sealer interface {
	Seal(purpose string, plaintext []byte) []byte
	Open(purpose string, sealed []byte) ([]byte, error)
}

const (
	linkPrefix  = "symbolon_rl_" // lets secret scanners recognize what leaked
	idPrefix    = "r_"
	sealPurpose = "recovery link"
	maxToken    = 1024 // nothing longer is ours
)

// Link lets one person in, once. All that it says is in it, sealed: nothing is kept until it is
// used.
type Link struct {
	ID      string // public: names the link in the audit trail
	UserID  string
	Invited string    // the address that an invitation was sent to; empty: the account is recovered
	From    time.Time // it works from here on
	Until   time.Time // and not from here on
}

// sealed is a Link as JSON; short, because the link is also drawn as a QR code. A field may be added,
// never renamed.
type sealed struct {
	ID      string `json:"i"`
	UserID  string `json:"u"`
	Invited string `json:"e,omitempty"`
	From    int64  `json:"f"` // milliseconds since 1970
	Until   int64  `json:"t"`
}

// New makes a link that works from a time on, for life.
func New(userID string, from time.Time, life time.Duration) Link {
	return Link{ID: storage.NewID(idPrefix), UserID: userID, From: from, Until: from.Add(life)}
}

// Invite makes an invitation, which works at once.
func Invite(u storage.User, now time.Time, life time.Duration) Link {
	l := New(u.ID, now, life)
	l.Invited = u.Email
	return l
}

// over reports whether the link has ended: an invitation does with the first sign-in by the address it was
// sent to, and when the account has another one.
func (l Link) over(u storage.User) bool {
	return l.Invited != "" && (u.EmailVerified || storage.EmailKey(u.Email) != storage.EmailKey(l.Invited))
}

// proof returns that of any email: an invitation says who reads the mailbox.
func (l Link) proof() login.Proof {
	p := login.Proof{Spend: []storage.Spent{l.Spend()}}
	if l.Invited != "" {
		p.Method, p.Kind, p.Email, p.VerifiedEmail = login.MailMethod, login.Mailbox, l.Invited, true
	} else {
		p.Method, p.Kind, p.UserID = name, login.Operator, l.UserID
	}
	p.AMR = []string{p.Method}
	return p
}

// Token returns the link's last part. To have it is to have the account.
func (l Link) Token(s Sealer) (string, error) {
	text, err := json.Marshal(sealed{l.ID, l.UserID, l.Invited, l.From.UnixMilli(), l.Until.UnixMilli()})
	if err != nil {
		return "", fmt.Errorf("encode recovery link: %w", err)
	}
	return linkPrefix + base64.RawURLEncoding.EncodeToString(s.Seal(sealPurpose, text)), nil
}

// Open reads a token, or returns storage.ErrNotFound when it is not one of ours. Whether the link
// works by now, and still, is for the caller to judge.
func Open(s Sealer, token string) (Link, error) {
	text, ours := strings.CutPrefix(token, linkPrefix)
	if !ours || len(token) > maxToken {
		return Link{}, storage.ErrNotFound
	}
	value, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return Link{}, storage.ErrNotFound
	}
	value, err = s.Open(sealPurpose, value)
	if err != nil {
		return Link{}, storage.ErrNotFound
	}
	var l sealed
	if err := json.Unmarshal(value, &l); err != nil {
		return Link{}, fmt.Errorf("decode recovery link: %w", err)
	}
	return Link{l.ID, l.UserID, l.Invited, time.UnixMilli(l.From), time.UnixMilli(l.Until)}, nil
}

// Spend returns the link's single use. It is remembered for longer than the link works, whatever clock
// another node judges that by.
func (l Link) Spend() storage.Spent { return Spend(l.ID, l.Until) }

// Spend returns the single use of the link with this id, where no more of it is known: to spend it is to take
// the link back.
func Spend(id string, until time.Time) storage.Spent {
	return storage.Spent{Kind: "recover", Value: id, Until: until.Add(24 * time.Hour)}
}
