package storage

import (
	"strings"
	"time"
)

// User is a person.
type User struct {
	ID            string
	Email         string // as typed at sign-up; unique by EmailKey
	EmailVerified bool
	SecondEmail   string // a way back in, always verified; no application learns it. Empty: none
	Name          string
	Groups        []string // what applications may decide by; returned for the scope groups
	Profile       Profile
	CreatedAt     time.Time
	UpdatedAt     time.Time // the version: every change makes it a later one
	DisabledAt    time.Time
}

// Addresses are those that the user signs in with and is written to, the first one first.
func (u User) Addresses() []string {
	if u.SecondEmail == "" {
		return []string{u.Email}
	}
	return []string{u.Email, u.SecondEmail}
}

// EmailKey is the one canonical form of an address: lower case ASCII. Two users never share it.
func EmailKey(email string) string { return strings.ToLower(email) }

// Session is a browser in which someone is signed in.
type Session struct {
	ID         string // the sid of tokens; public
	Digest     []byte // of the cookie's value
	UserID     string
	AuthTime   time.Time
	ACR        string
	AMR        []string
	CreatedAt  time.Time
	LastSeenAt time.Time
	IdleAt     time.Time // the browser is asked again from here on
	ExpiresAt  time.Time // absolute; tokens without offline_access die with it
	EndedAt    time.Time
	UserAgent  string
	Network    string // of the address it began from: /24 or /64
}

// SignIn is one act of signing in, made durable in one transaction: every Spend must be new, the
// user must be there (or is created) and not disabled, each factor used must be theirs and not used
// like this before, the replaced session ends, the new begins.
type SignIn struct {
	Spend    []Spent
	UserID   string // who signs in; empty when NewUser is set
	NewUser  *User  // created unless EmailKey(Email) is taken already, then that user signs in
	Verified bool   // mark the user's address as verified
	Passkey  *PasskeyUse
	TOTP     *TOTPUse
	Recovery *RecoveryUse
	Alone    bool    // all other sessions of the user end
	Replaces string  // id of the session this browser had before; it ends
	Raises   string  // id of the user's session to strengthen instead (step-up); see Session
	Session  Session // begins; when Raises is set, that one takes on its Digest, AuthTime, ACR, AMR, LastSeenAt and IdleAt
}

// Spent is one single use, remembered until nothing could present it again.
type Spent struct {
	Kind  string // what was spent: "mail", "request", "jti:<client>"
	Value string // the value; only its digest is kept
	Until time.Time
}
