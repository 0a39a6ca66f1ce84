package passkey

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
)

// life is how long a challenge can be answered.
const life = 5 * time.Minute

// Kinds of ceremony: what was begun as one can not be finished as another.
const (
	signingIn  = "sign-in" // whoever has a passkey
	confirming = "confirm" // somebody known, as second factor or step-up
	enrolling  = "enrol"
)

// ceremony is a challenge that waits for its answer. It is stored as JSON under the digest of the
// challenge: a field may be added, never renamed.
type ceremony struct {
	Kind      string    `json:"kind"`
	Browser   []byte    `json:"browser"` // digest of the id of the browser it was made for
	Handle    string    `json:"handle,omitempty"`
	UserID    string    `json:"user_id,omitempty"` // who must answer; empty: anybody
	Verify    bool      `json:"verify,omitempty"`  // the person must be verified
	ExpiresAt time.Time `json:"expires_at"`
}

// ceremonies keeps them.
type ceremonies struct {
	store storage.Ephemeral
	now   func() time.Time
}

// begin keeps c for its life and returns its challenge.
func (k ceremonies) begin(ctx context.Context, c ceremony, browser string) (protocol.URLEncodedBase64, error) {
	challenge, err := protocol.CreateChallenge()
	if err != nil {
		return nil, fmt.Errorf("make challenge: %w", err)
	}
	c.Browser, c.ExpiresAt = storage.Digest(browser), k.now().Add(life)
	value, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("encode ceremony: %w", err)
	}
	if err := k.store.Put(ctx, key(challenge.String()), value, life); err != nil {
		return nil, fmt.Errorf("keep ceremony: %w", err)
	}
	return challenge, nil
}

// find returns the ceremony of this challenge, or storage.ErrNotFound when it was not made here or
// for another browser, or has expired.
func (k ceremonies) find(ctx context.Context, challenge, browser string) (ceremony, error) {
	var c ceremony
	value, err := k.store.Get(ctx, key(challenge))
	if err != nil {
		return c, fmt.Errorf("find ceremony: %w", err)
	}
	if err := json.Unmarshal(value, &c); err != nil {
		return c, fmt.Errorf("decode ceremony: %w", err)
	}
	if browser == "" || !same(c.Browser, storage.Digest(browser)) || !k.now().Before(c.ExpiresAt) {
		return c, storage.ErrNotFound
	}
	return c, nil
}

// void makes sure that a challenge is answered once. It is tidiness where something durable came of
// the answer: there the challenge is spent in the same transaction.
func (k ceremonies) void(ctx context.Context, challenge string) {
	_, _ = k.store.Take(ctx, key(challenge))
}

// spend is the single use of the challenge, remembered for as long as what it proved may wait for a
// second factor.
func (c ceremony) spend(challenge string) storage.Spent {
	return storage.Spent{Kind: "passkey", Value: challenge, Until: c.ExpiresAt.Add(login.PendingLife)}
}

// session is c as the library wants to see it. The challenge comes from the answer: that there is a
// ceremony under its digest proves it to be ours.
func (rp *RelyingParty) session(c ceremony, challenge string) webauthn.SessionData {
	s := webauthn.SessionData{
		Challenge: challenge, RelyingPartyID: rp.id, UserID: []byte(c.UserID),
		UserVerification: protocol.VerificationPreferred, CredParams: rp.policy.parameters(),
	}
	if c.Verify {
		s.UserVerification = protocol.VerificationRequired
	}
	return s
}

func key(challenge string) string { return "passkey:" + hex.EncodeToString(storage.Digest(challenge)) }
