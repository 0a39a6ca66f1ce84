// Package passkey signs people in with passkeys (WebAuthn), enrols them, and announces to browsers
// where that is done.
//
//	POST /login/passkey                  assertion.go: signs in, or confirms who is known already
//	GET  /login/offer                    offer.go: offers a passkey to who signed in by other means
//	POST /login/offer                    offer.go: adds it
//	POST /login/offer/skip               offer.go: goes on without
//	GET  /.well-known/passkey-endpoints  wellknown.go: where passkeys are added and managed
//	GET  /.well-known/change-password    wellknown.go
//	GET  /.well-known/webauthn           wellknown.go: origins that use the same passkeys
//
// A challenge is made for one browser and one authorization request, lives five minutes, and is
// spent in the transaction that starts the session, together with the passkey's counter. What an
// answer must fulfil is judged here, whatever the options asked the browser for.
package passkey

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/go-webauthn/webauthn/protocol"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

const name = login.PasskeyMethod

// Passkeys finds what was enrolled.
type Passkeys interface {
	// PasskeyByCredential returns a passkey and its owner, or storage.ErrNotFound; so too when the
	// owner is disabled.
	PasskeyByCredential(ctx context.Context, credentialID []byte) (storage.Passkey, storage.User, error)
	Passkeys(ctx context.Context, userID string) ([]storage.Passkey, error)
}

// Codes makes recovery codes.
type Codes interface {
	// First gives codes to a user who has none, as people type them and never to be had again; nil
	// to one who has some.
	First(r *http.Request, user storage.User) ([]string, error)
}

// Method signs in with a passkey.
type Method struct {
	RelyingParty *RelyingParty
	Passkeys     Passkeys
	Ephemeral    storage.Ephemeral
	Enrolment    *Enrolment       // of the page that offers a passkey; nil: there is no such page
	Codes        Codes            // which come with the first factor; nil: recovery codes cannot be used here
	Now          func() time.Time // nil: the system's clock
}

var _ login.Second = (*Method)(nil)

// Name returns "passkey".
func (m *Method) Name() string { return name }

// Offered asks for any passkey of this deployment: the browser knows which there are, we do not ask
// it and it does not say.
func (m *Method) Offered(ctx context.Context, a login.Attempt) (templates.Offer, error) {
	c := ceremony{Kind: signingIn, Handle: a.Handle, Verify: m.RelyingParty.policy.Verify}
	return m.offer(ctx, a, c, nil)
}

// Proves returns login.VerifiedKey: a user who is known is always asked to be verified.
func (m *Method) Proves() login.Kind { return login.VerifiedKey }

// Second asks for one of the person's own passkeys, and verifies the person. It offers nothing to
// users without.
func (m *Method) Second(ctx context.Context, a login.Attempt, user storage.User) (templates.Offer, error) {
	passkeys, err := m.Passkeys.Passkeys(ctx, user.ID)
	if err != nil || len(passkeys) == 0 {
		return nil, err
	}
	return m.offer(ctx, a, ceremony{Kind: confirming, Handle: a.Handle, UserID: user.ID, Verify: true}, passkeys)
}

func (m *Method) offer(ctx context.Context, a login.Attempt, c ceremony, allowed []storage.Passkey) (templates.Offer, error) {
	challenge, err := m.ceremonies().begin(ctx, c, a.Browser)
	if err != nil {
		return nil, err
	}
	options, err := m.RelyingParty.requestOptions(c, challenge, allowed)
	if err != nil {
		return nil, err
	}
	return templates.PasskeyOffer{
		Action: a.Site.Path("/login/passkey"), Handle: a.Handle, OptionsJSON: options,
		Confirms: c.Kind == confirming, Error: a.ProblemOf(m),
	}, nil
}

// requestOptions are PublicKeyCredentialRequestOptionsJSON (WebAuthn Level 3 section 5.1.10).
func (rp *RelyingParty) requestOptions(c ceremony, challenge protocol.URLEncodedBase64, allowed []storage.Passkey) (string, error) {
	list, err := descriptors(allowed)
	if err != nil {
		return "", err
	}
	options, err := json.Marshal(protocol.PublicKeyCredentialRequestOptions{
		Challenge: challenge, RelyingPartyID: rp.id, Timeout: int(life.Milliseconds()),
		AllowedCredentials: list, UserVerification: verification(c.Verify),
	})
	if err != nil {
		return "", fmt.Errorf("encode request options: %w", err)
	}
	return string(options), nil
}

// verification returns required only when asked: otherwise an authenticator that cannot verify is worth one
// factor and not refused.
func verification(required bool) protocol.UserVerificationRequirement {
	if required {
		return protocol.VerificationRequired
	}
	return protocol.VerificationPreferred
}

// Mount registers the page that takes the answer, and those of the offer.
func (m *Method) Mount(mux *web.Mux, flow *login.Flow) {
	p := pages{Method: m, flow: flow}
	mux.Page("POST /login/passkey", p.answer)
	if m.Enrolment != nil {
		mux.Page("GET "+OfferPath, p.offer)
		mux.Page("POST "+OfferPath, p.accept)
		mux.Page("POST "+OfferPath+"/skip", p.skip)
	}
}

// pages are the handlers; they need the flow, which exists only once the method is mounted.
type pages struct {
	*Method
	flow *login.Flow
}

func (m *Method) ceremonies() ceremonies { return keepIn(m.Ephemeral, m.now) }

func (m *Method) now() time.Time {
	if m.Now == nil {
		return time.Now()
	}
	return m.Now()
}
