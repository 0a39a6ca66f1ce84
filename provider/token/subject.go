package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"

	"github.com/symbolon-id/symbolon/storage"
)

// PairwisePrefix keeps pairwise subjects from ever being taken for the id of a user or client.
const PairwisePrefix = "p_"

// Subject returns the sub by which a client knows a user: the user's id, or, when its subject type is
// pairwise, one that no client outside of its sector can connect with any other (OpenID Connect Core
// section 8.1). It depends on the user's id and the sector alone: it stays when the address, the
// secret or a key changes, and a user who was deleted and made anew has another.
//
// It is only ever derived, never taken apart: who a subject names is found by deriving that of the
// person at hand.
func (m *Maker) Subject(c storage.Client, userID string) string {
	if c.SubjectType != storage.SubjectPairwise {
		return userID
	}
	return PairwisePrefix + m.pairwise("subject", c, userID)
}

// SID returns the session as a client knows it: else two clients with pairwise subjects could see by the
// session that they have the same user.
func (m *Maker) SID(c storage.Client, sessionID string) string {
	if c.SubjectType != storage.SubjectPairwise || sessionID == "" {
		return sessionID
	}
	return PairwisePrefix + m.pairwise("session", c, sessionID)
}

// pairwise returns what represents an id in the client's sector, and nowhere else.
func (m *Maker) pairwise(what string, c storage.Client, id string) string {
	mac := hmac.New(sha256.New, m.Salt)
	mac.Write([]byte("symbolon pairwise " + what + " v1\x00" + c.Sector() + "\x00" + id))
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:20])
}
