package provider

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"

	"github.com/ory/fosite"

	"github.com/symbolon-id/symbolon/storage"
)

// codeGrant redeems authorization codes (RFC 6749 section 4.1.3, RFC 7636 section 4.6).
type codeGrant struct{ t *tokenEndpoint }

var _ fosite.TokenEndpointHandler = (*codeGrant)(nil)

func (g *codeGrant) CanSkipClientAuth(context.Context, fosite.AccessRequester) bool { return false }

func (g *codeGrant) CanHandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) bool {
	return r.GetGrantTypes().ExactOne("authorization_code")
}

const noSuchCode = "no such code: it was not issued here, or so long ago that it is forgotten"

// HandleTokenEndpointRequest spends the code. Everything it is bound to is checked first: a wrong
// client, redirect URI, verifier or resource neither burns it nor counts as a replay.
func (g *codeGrant) HandleTokenEndpointRequest(ctx context.Context, r fosite.AccessRequester) error {
	c, form := r.GetClient().(*client), r.GetRequestForm()
	if !c.has("authorization_code") {
		return unregisteredGrant("authorization_code", c.Client)
	}
	if form.Get("code") == "" {
		return refuse("invalid_request", "The parameter code is missing.")
	}
	if !strings.HasPrefix(form.Get("code"), storage.CodePrefix) { // a device's: not redeemed like this
		return invalidGrant().withHint(noSuchCode)
	}
	state, err := g.t.grants.GrantByCode(ctx, storage.Digest(form.Get("code")))
	if errors.Is(err, storage.ErrNotFound) {
		return invalidGrant().withHint(noSuchCode)
	}
	if err != nil {
		return err
	}
	if err := bound(state.Grant, c.ID, form); err != nil {
		return err
	}
	return g.t.redeem(ctx, r, state)
}

// bound checks that this code was made for this client, redirect URI and verifier.
func bound(grant storage.Grant, clientID string, form url.Values) error {
	if grant.ClientID != clientID {
		return foreign("code", grant.ClientID, clientID)
	}
	// OAuth 2.1 drops the parameter from the token request; a client that sends it must send the same.
	if uri := form.Get("redirect_uri"); uri != grant.RedirectURI && uri != "" {
		return otherRedirect(uri, grant.RedirectURI)
	}
	verifier := form.Get("code_verifier")
	if grant.Challenge == "" && verifier == "" {
		return nil
	}
	if !verifies(verifier, grant.Challenge) {
		return badVerifier(verifier, grant.Challenge)
	}
	return nil
}

func otherRedirect(sent, authorized string) *Error {
	return refuse("invalid_grant", "The redirect_uri does not match the authorization request.").
		withHintFunc(func() string { return uriDiffers(sent, []string{authorized}) })
}

func badVerifier(verifier, challenge string) *Error {
	return refuse("invalid_grant", "The code_verifier does not match the code_challenge.").withHintFunc(func() string {
		switch {
		case challenge == "":
			return "a code_verifier was sent, and the authorization request had no code_challenge"
		case verifier == "":
			return "the parameter code_verifier is missing: the authorization request had a code_challenge"
		case !isVerifier(verifier):
			return "the code_verifier must be 43 to 128 characters of A-Z a-z 0-9 - . _ ~"
		}
		return "SHA-256 of the code_verifier, in base64url without padding, is not the code_challenge " + challenge
	})
}

// verifies is RFC 7636 section 4.6 for S256. A verifier without a challenge fails as well: somebody
// has stripped the challenge from the authorization request.
func verifies(verifier, challenge string) bool {
	if !isVerifier(verifier) {
		return false
	}
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}

// isVerifier is RFC 7636 section 4.1.
func isVerifier(s string) bool { return len(s) >= 43 && len(s) <= 128 && unreserved(s) }

func unreserved(s string) bool {
	for _, b := range []byte(s) {
		letter := 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9'
		if !letter && b != '-' && b != '.' && b != '_' && b != '~' {
			return false
		}
	}
	return true
}

// PopulateTokenEndpointResponse signs, after the spending has been committed and outside of it.
func (g *codeGrant) PopulateTokenEndpointResponse(ctx context.Context, r fosite.AccessRequester, w fosite.AccessResponder) error {
	if !g.CanHandleTokenEndpointRequest(ctx, r) {
		return fosite.ErrUnknownRequest
	}
	return g.t.populate(ctx, r, w, r.GetSession().(*tokenSession).grant.Nonce)
}
