// Package storage names what the server keeps: the records, the errors every store answers with,
// and how bearer values become digests. It holds no code of any database; storage/durable keeps
// what must last (SQLite, PostgreSQL), storage/ephemeral what may be lost (Redis, process memory).
//
// A zero time.Time in a record means "never" or "not yet".
package storage

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
)

// The errors of every store. Callers compare with errors.Is; anything else is a bug.
var (
	// ErrNotFound reports that there is no such record, or that it has expired.
	ErrNotFound = statusError{"not found", http.StatusNotFound}
	// ErrExists reports that a record with this identity (id, address, digest) is already there.
	ErrExists = statusError{"already exists", http.StatusConflict}
	// ErrSpent reports that the single use is spent, or the state has moved on; the transition did not happen.
	ErrSpent = statusError{"already spent", http.StatusGone}
	// ErrConflict reports that the record has been changed since it was read. This change did not
	// happen.
	ErrConflict = statusError{"changed at the same time; try again", http.StatusConflict}
	// ErrLast reports that fewer would remain than the deployment keeps; nothing was removed.
	ErrLast = statusError{"the last one", http.StatusConflict}
	// ErrFull reports that there is no room for one more; nothing was added.
	ErrFull = statusError{"no room for one more", http.StatusConflict}
	// ErrMalformed reports a text that no store of ours can hold; nothing was written.
	ErrMalformed = statusError{"malformed text", http.StatusBadRequest}
	// ErrUnavailable reports that the store cannot say whether the operation happened. Answer 503; the same
	// request can be repeated safely.
	ErrUnavailable = statusError{"storage unavailable", http.StatusServiceUnavailable}
)

type statusError struct {
	text   string
	status int
}

func (e statusError) Error() string { return e.text }

// StatusCode is the HTTP status a page answers with when nothing better is known.
func (e statusError) StatusCode() int { return e.status }

// Digest is what is kept of a bearer value: its SHA-256.
func Digest(bearer string) []byte {
	sum := sha256.Sum256([]byte(bearer))
	return sum[:]
}

// KeyOf returns the key that stands for these words where none of them may be kept: the digest of
// them all, in hex.
func KeyOf(words ...string) string { return hex.EncodeToString(Digest(strings.Join(words, " "))) }

// NewID returns a fresh identifier: prefix and 130 random bits, of the characters A-Z and 2-7.
func NewID(prefix string) string { return prefix + rand.Text() }

// NewBearer returns a fresh bearer value: prefix and 260 random bits. The prefix lets secret
// scanners recognize what leaked.
func NewBearer(prefix string) string { return prefix + rand.Text() + rand.Text() }

// Prefixes of the identifiers and bearer values we make. Users and clients can never collide,
// so a token's sub cannot be mistaken (RFC 9700 section 4.15).
const (
	UserPrefix    = "u_"
	ClientPrefix  = "c_"
	DynamicPrefix = ClientPrefix + "dyn_" // of a client that registered itself
	AgentPrefix   = "a_"
	GrantPrefix   = "g_"
	SessionPrefix = "s_"
	SecretPrefix  = "symbolon_cs_"
	RefreshPrefix = "symbolon_rt_"
	CodePrefix    = "symbolon_ac_"
)
