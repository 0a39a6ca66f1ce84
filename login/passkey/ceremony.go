package passkey

import (
	"context"
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
	signingIn  = "sign-in" // any user with a passkey
	confirming = "confirm" // a user who is known, as second factor or step-up
	enrolling  = "enrol"
)

// ceremony is a challenge that waits for its answer. It is stored as JSON under the digest of the
// challenge: a field may be added, never renamed.
type ceremony struct {
	storage.Binding
	Kind   string `json:"kind"`
	Handle string `json:"handle,omitempty"`
	UserID string `json:"user_id,omitempty"` // who must answer; empty: any user
	Verify bool   `json:"verify,omitempty"`  // the person must be verified
}

// ceremonies keeps them.
type ceremonies struct {
	storage.Bound[ceremony]
	now func() time.Time
}

func keepIn(store storage.Ephemeral, now func() time.Time) ceremonies {
	return ceremonies{storage.Bound[ceremony]{Kept: storage.Kept[ceremony]{Store: store, Prefix: "passkey:"}}, now}
}

// begin keeps c for its life and returns its challenge.
func (k ceremonies) begin(ctx context.Context, c ceremony, browser string) (protocol.URLEncodedBase64, error) {
	challenge, err := protocol.CreateChallenge()
	if err != nil {
		return nil, fmt.Errorf("make challenge: %w", err)
	}
	c.Binding = storage.Bind(browser, k.now().Add(life))
	return challenge, k.Put(ctx, storage.KeyOf(challenge.String()), c, life)
}

// find returns the ceremony of this challenge, or storage.ErrNotFound when it was not made here or
// for another browser, or has expired.
func (k ceremonies) find(ctx context.Context, challenge, browser string) (ceremony, error) {
	return k.Open(ctx, storage.KeyOf(challenge), browser, k.now())
}

// void makes sure that a challenge is answered once. It is tidiness where something durable came of
// the answer: there the challenge is spent in the same transaction.
func (k ceremonies) void(ctx context.Context, challenge string) {
	_, _ = k.Take(ctx, storage.KeyOf(challenge))
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
