package grant

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/ory/fosite"

	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/provider/permitted"
	"github.com/symbolon-id/symbolon/storage"
)

// codeGrant redeems authorization codes (RFC 6749 section 4.1.3, RFC 7636 section 4.6).
type codeGrant struct{ handler }

const noSuchCode = "no such code: it was not issued here, or so long ago that it is forgotten"

// HandleTokenEndpointRequest spends the code. Everything it is bound to is checked first: a mismatched
// client, redirect URI, verifier or resource neither burns it nor counts as a replay.
func (g *codeGrant) HandleTokenEndpointRequest(ctx context.Context, r fosite.AccessRequester) error {
	c, form := r.GetClient().(*client), r.GetRequestForm()
	if !c.has("authorization_code") {
		return permitted.UnregisteredGrant("authorization_code", c.Client)
	}
	if form.Get("code") == "" {
		return oauth.Refuse("invalid_request", "The parameter code is missing.")
	}
	if !strings.HasPrefix(form.Get("code"), storage.CodePrefix) { // a device's: not redeemed like this
		return oauth.InvalidGrant().WithHint(noSuchCode)
	}
	state, err := g.t.Grants.GrantByCode(ctx, storage.Digest(form.Get("code")))
	if errors.Is(err, storage.ErrNotFound) {
		return oauth.InvalidGrant().WithHint(noSuchCode)
	}
	if err != nil {
		return err
	}
	if err := bound(state.Grant, c.ID, form); err != nil {
		return err
	}
	r.GetSession().(*tokenSession).Nonce = state.Nonce
	return g.t.redeem(ctx, r, state)
}

// bound checks that this code was made for this client, redirect URI and verifier.
func bound(grant storage.Grant, clientID string, form url.Values) error {
	if grant.ClientID != clientID {
		return oauth.Foreign("code", grant.ClientID, clientID)
	}
	// OAuth 2.1 drops the parameter from the token request; a client that sends it must send the same.
	if uri := form.Get("redirect_uri"); uri != grant.RedirectURI && uri != "" {
		return otherRedirect(uri, grant.RedirectURI)
	}
	verifier := form.Get("code_verifier")
	if grant.Challenge == "" && verifier == "" {
		return nil
	}
	if !oauth.Verifies(verifier, grant.Challenge) {
		return badVerifier(verifier, grant.Challenge)
	}
	return nil
}

func otherRedirect(sent, authorized string) *oauth.Error {
	return oauth.Refuse("invalid_grant", "The redirect_uri does not match the authorization request.").
		WithHintFunc(func() string { return oauth.URIDiffers(sent, []string{authorized}) })
}

func badVerifier(verifier, challenge string) *oauth.Error {
	return oauth.Refuse("invalid_grant", "The code_verifier does not match the code_challenge.").WithHintFunc(func() string {
		switch {
		case challenge == "":
			return "a code_verifier was sent, and the authorization request had no code_challenge"
		case verifier == "":
			return "the parameter code_verifier is missing: the authorization request had a code_challenge"
		case !oauth.IsVerifier(verifier):
			return "the code_verifier must be 43 to 128 characters of A-Z a-z 0-9 - . _ ~"
		}
		return "SHA-256 of the code_verifier, in base64url without padding, is not the code_challenge " + challenge
	})
}
