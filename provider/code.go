package provider

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ory/fosite"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// codeIssuer makes the authorization code: one new grant that keeps everything its redemption is
// bound to.
type codeIssuer struct{ t *tokenEndpoint }

var _ fosite.AuthorizeEndpointHandler = (*codeIssuer)(nil)

func (i *codeIssuer) HandleAuthorizeEndpointRequest(ctx context.Context, ar fosite.AuthorizeRequester, w fosite.AuthorizeResponder) error {
	session := ar.GetSession().(*tokenSession)
	code := storage.NewBearer(storage.CodePrefix)
	grant := i.t.newGrant(session, code)
	if err := i.t.grants.AddGrant(ctx, grant, session.spend); err != nil {
		return err
	}
	i.t.audit.RecordLater(ctx, audit.Event{Type: audit.GrantCreated, Outcome: audit.Success,
		UserID: grant.UserID, ClientID: grant.ClientID, Target: grant.ID})
	w.AddParameter("code", code)
	ar.SetResponseTypeHandled("code")
	return nil
}

func (t *tokenEndpoint) newGrant(s *tokenSession, code string) storage.Grant {
	v, browser := s.issuing, s.issuing.session
	seed := make([]byte, sha256.Size)
	_, _ = rand.Read(seed)
	id := storage.NewID(storage.GrantPrefix)
	expires := s.now.Add(t.codeTTL)
	return storage.Grant{
		ID:            id,
		ClientID:      v.ClientID,
		UserID:        browser.UserID,
		SessionID:     browser.ID,
		Offline:       slices.Contains(v.Scopes, "offline_access"),
		CreatedAt:     s.now,
		ExpiresAt:     s.now.Add(t.refreshAbsolute),
		IdleAt:        expires.Add(t.refreshIdle),
		CodeDigest:    storage.Digest(code),
		CodeExpiresAt: expires,
		Seed:          t.sealer.Seal(seedPurpose(id), seed),
		GrantDetails: storage.GrantDetails{
			Scopes:    v.Scopes,
			NoScope:   v.Form.Get("scope") == "",
			Resources: v.Resources,

			AuthorizationDetails: v.Details,

			RedirectURI: v.Form.Get("redirect_uri"),
			Challenge:   v.Form.Get("code_challenge"),
			Nonce:       v.Form.Get("nonce"),
			AuthTime:    browser.AuthTime,
			ACR:         browser.ACR,
			AMR:         browser.AMR,
			JKT:         v.Form.Get("dpop_jkt"),
			Named:       v.named,
		},
	}
}

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

func (t *tokenEndpoint) since(past time.Time) string {
	return t.now().Sub(past).Round(time.Second).String()
}

// dead tells developers why a grant is over.
func dead(state storage.GrantState) string {
	if !state.RevokedAt.IsZero() {
		return "the grant was revoked: " + state.RevokedWhy
	}
	return "the person or the client is switched off, or has signed out and offline_access was not granted"
}

// endFamily revokes a grant whose code or refresh token was presented twice, and returns the refusal.
func (t *tokenEndpoint) endFamily(ctx context.Context, grant storage.Grant, why string, refusal *Error) error {
	if err := t.grants.RevokeGrant(ctx, grant.ID, t.now(), why); err != nil {
		return gone(err)
	}
	err := t.audit.Record(ctx, audit.Event{Type: why, Outcome: audit.Refused, Reason: "presented twice",
		UserID: grant.UserID, ClientID: grant.ClientID, Target: grant.ID, TraceID: web.TraceID(ctx)})
	if err != nil {
		return err
	}
	return refusal
}

// gone answers for a grant that has just been removed; an outage stays one.
func gone(err error) error {
	if errors.Is(err, storage.ErrNotFound) {
		return invalidGrant().withHint("the grant is forgotten, or what its refresh tokens are made from")
	}
	return err
}

func invalidGrant() *Error { return refuse("invalid_grant", descriptions["invalid_grant"]) }

// issueFrom readies the session for the tokens of this grant.
func (t *tokenEndpoint) issueFrom(s *tokenSession, state storage.GrantState, c *client, scopes, audience []string) {
	s.grant, s.user, s.scopes, s.audience = state.Grant, state.User, scopes, audience
	s.SetExpiresAt(fosite.AccessToken, s.now.Add(c.lifespan))
}

// PopulateTokenEndpointResponse signs, after the spending has been committed and outside of it.
func (g *codeGrant) PopulateTokenEndpointResponse(ctx context.Context, r fosite.AccessRequester, w fosite.AccessResponder) error {
	if !g.CanHandleTokenEndpointRequest(ctx, r) {
		return fosite.ErrUnknownRequest
	}
	return g.t.populate(ctx, r, w, r.GetSession().(*tokenSession).grant.Nonce)
}

// populate signs the tokens: an ID token is only for a person's grant.
func (t *tokenEndpoint) populate(ctx context.Context, r fosite.AccessRequester, w fosite.AccessResponder, nonce string) error {
	c, session := r.GetClient().(*client).Client, r.GetSession().(*tokenSession)
	token, err := t.tokens.accessToken(ctx, c, session)
	if err != nil {
		return err
	}
	w.SetAccessToken(token)
	w.SetTokenType(tokenType(session.confirms()))
	if session.grant.ID == "" || !slices.Contains(session.scopes, "openid") {
		return nil
	}
	idToken, err := t.tokens.idToken(ctx, c, session, token, nonce)
	if err != nil {
		return err
	}
	w.SetExtra("id_token", idToken)
	return nil
}
