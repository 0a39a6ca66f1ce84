package audit

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"time"
)

// Stored is an event as a store keeps it.
type Stored struct {
	Event
	IPSalt    string // empty: the address was erased
	IPDigest  string // empty: an earlier release stored the event, and no leaf covers its address
	Leaf      int64  // number of its last leaf, from 1; 0: it has none yet
	LeafCount int64  // the count in that leaf
}

// Leaf is what the tamper-evident log holds of an event. It outlives the event, so it holds a digest of
// what the event is about. An event whose count rises gets another leaf.
type Leaf struct {
	Number  int64 // in the order of the log, from 1
	EventID string
	At      time.Time
	Type    string
	Outcome string
	Count   int64
	Digest  []byte
}

// Tile is up to 256 neighboring hashes of the tree over all leaves, at a level of tiles.
type Tile struct {
	Level, Number int64
	Hashes        []byte
}

// Checkpoint is the tree at a time, as a signed note.
type Checkpoint struct {
	Size int64
	At   time.Time
	Note string
}

// DigestIP returns a new salt and the digest of both. Without the salt, the digest says nothing.
func DigestIP(ip string) (salt, digest string) {
	salt = rand.Text()
	return salt, digestIP(salt, ip)
}

func digestIP(salt, ip string) string {
	sum := sha256.Sum256(text("symbolon audit address v1", salt, ip))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// HasItsIP reports whether the address is the one that was stored, or was erased since.
func (s Stored) HasItsIP() bool {
	switch {
	case s.IPDigest == "":
		return true
	case s.IPSalt == "":
		return s.IP == ""
	}
	return digestIP(s.IPSalt, s.IP) == s.IPDigest
}

// NextLeaf returns the leaf of this number that says what the event says now.
func (s Stored) NextLeaf(number int64) Leaf {
	sum := sha256.Sum256(text("symbolon audit event v1", s.Reason, s.UserID, s.ClientID, s.Target, s.Method, s.TraceID,
		s.Actors, s.Resource, s.Scopes, s.CredentialID, s.IPDigest))
	return Leaf{number, s.ID, s.At, s.Type, s.Outcome, s.Count, sum[:]}
}

// Record returns what the leaf is a hash of.
func (l Leaf) Record() []byte {
	return text("symbolon audit leaf v1", l.EventID, strconv.FormatInt(l.At.UnixMilli(), 10), l.Type, l.Outcome,
		strconv.FormatInt(l.Count, 10), hex.EncodeToString(l.Digest))
}

// text joins fields so that no two lists give the same: each with its length in bytes before it.
func text(fields ...string) (joined []byte) {
	for _, f := range fields {
		joined = strconv.AppendInt(joined, int64(len(f)), 10)
		joined = append(joined, ':')
		joined = append(joined, f...)
		joined = append(joined, ',')
	}
	return joined
}
