package provider

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/ory/fosite"

	"github.com/symbolon-id/symbolon/audit"
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
	c, session, form := r.GetClient().(*client), r.GetSession().(*tokenSession), r.GetRequestForm()
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
	if err := bound(state.Grant, c, form); err != nil {
		return err
	}
	if err := trim(g.t.place, g.t.types, &state.Grant, c.Client); err != nil {
		return err
	}
	audience, err := g.t.audienceFor(state.Grant, c.Client, state.Scopes, form["resource"])
	if err != nil {
		return err
	}
	if session.details, err = narrowDetails(g.t.types, form, state.AuthorizationDetails, c); err != nil {
		return err
	}
	seed, err := g.t.refresh.firstSeed(ctx, c, state.Grant)
	if err != nil {
		return err
	}
	if err := g.t.proofs.prove(ctx, session, c, state.JKT); err != nil {
		return err
	}
	if err := g.spend(ctx, state, session.now); err != nil {
		return err
	}
	g.t.issueFrom(session, state, c, state.Scopes, audience)
	if seed != nil {
		session.refresh = refreshToken(seed, state.ID, 1, refreshKey(c, session))
	}
	return nil
}

// bound checks that this code was made for this client, redirect URI and verifier.
func bound(grant storage.Grant, c *client, form url.Values) error {
	if grant.ClientID != c.ID {
		return foreign("code", grant.ClientID, c.ID)
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

// spend uses the code up. A second presentation by its own client is a replay: whatever was issued
// from the code dies (RFC 9700 section 2.1.1).
func (g *codeGrant) spend(ctx context.Context, state storage.GrantState, now time.Time) error {
	if state.CodeSpentAt.IsZero() {
		err := g.t.grants.SpendCode(ctx, state.ID, now, now.Add(g.t.refreshIdle))
		if err == nil || !errors.Is(err, storage.ErrSpent) {
			return err
		}
		if state, err = g.t.grants.Grant(ctx, state.ID); err != nil {
			return gone(err)
		}
	}
	if state.CodeSpentAt.IsZero() {
		return g.t.codeOver(state) // expired, or its grant is dead
	}
	return g.t.endFamily(ctx, state.Grant, audit.CodeReplayed, g.t.replayed(state.CodeSpentAt))
}

func (t *tokenEndpoint) replayed(spentAt time.Time) *Error {
	return invalidGrant().withHintFunc(func() string {
		return "the code was redeemed before, " + t.since(spentAt) + " ago; what was issued from it has ended"
	})
}

func (t *tokenEndpoint) codeOver(state storage.GrantState) *Error {
	return invalidGrant().withHintFunc(func() string {
		if !t.now().Before(state.CodeExpiresAt) {
			return "the code expired " + t.since(state.CodeExpiresAt) + " ago: it is good for " + t.codeTTL.String()
		}
		return dead(state)
	})
}

// PopulateTokenEndpointResponse signs, after the spending has been committed and outside of it.
func (g *codeGrant) PopulateTokenEndpointResponse(ctx context.Context, r fosite.AccessRequester, w fosite.AccessResponder) error {
	if !g.CanHandleTokenEndpointRequest(ctx, r) {
		return fosite.ErrUnknownRequest
	}
	return g.t.populate(ctx, r, w, r.GetSession().(*tokenSession).grant.Nonce)
}
