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
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// codeIssuer makes the authorization code: one new grant that keeps everything its redemption is
// bound to.
type codeIssuer struct{ p *Provider }

var _ fosite.AuthorizeEndpointHandler = (*codeIssuer)(nil)

func (i *codeIssuer) HandleAuthorizeEndpointRequest(ctx context.Context, ar fosite.AuthorizeRequester, w fosite.AuthorizeResponder) error {
	session := ar.GetSession().(*tokenSession)
	code := storage.NewBearer(storage.CodePrefix)
	grant := i.p.newGrant(session, code)
	if err := i.p.Grants.AddGrant(ctx, grant, i.p.spends(session.issuing)); err != nil {
		return err
	}
	i.p.Audit.RecordLater(ctx, audit.Event{Type: audit.GrantCreated, Outcome: audit.Success,
		UserID: grant.UserID, ClientID: grant.ClientID, Target: grant.ID})
	w.AddParameter("code", code)
	ar.SetResponseTypeHandled("code")
	return nil
}

func (p *Provider) newGrant(s *tokenSession, code string) storage.Grant {
	v, browser := s.issuing, s.issuing.session
	seed := make([]byte, sha256.Size)
	_, _ = rand.Read(seed)
	id := storage.NewID(storage.GrantPrefix)
	expires := s.now.Add(p.CodeTTL)
	return storage.Grant{
		ID:            id,
		ClientID:      v.ClientID,
		UserID:        browser.UserID,
		SessionID:     browser.ID,
		Offline:       slices.Contains(v.Scopes, "offline_access"),
		CreatedAt:     s.now,
		ExpiresAt:     s.now.Add(p.RefreshAbsolute),
		IdleAt:        expires.Add(p.RefreshIdle),
		CodeDigest:    storage.Digest(code),
		CodeExpiresAt: expires,
		Seed:          p.Sealer.Seal(seedPurpose(id), seed),
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

// spends makes a parked request answerable once, wherever its handle turns up again, and a pushed one
// under all the handles it was given.
func (p *Provider) spends(v *validRequest) storage.Spent {
	until := v.CreatedAt.Add(interaction.Life)
	if id := pushedID(v.Form); id != "" {
		return storage.Spent{Kind: "pushed", Value: id, Until: until.Add(p.PushedTTL)}
	}
	if !v.parked {
		return storage.Spent{}
	}
	return storage.Spent{Kind: "request", Value: v.Handle, Until: until}
}

// codeGrant redeems authorization codes (RFC 6749 section 4.1.3, RFC 7636 section 4.6).
type codeGrant struct{ p *Provider }

var _ fosite.TokenEndpointHandler = (*codeGrant)(nil)

func (g *codeGrant) CanSkipClientAuth(context.Context, fosite.AccessRequester) bool { return false }

func (g *codeGrant) CanHandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) bool {
	return r.GetGrantTypes().ExactOne("authorization_code")
}

// HandleTokenEndpointRequest spends the code. Everything it is bound to is checked first: a wrong
// client, redirect URI, verifier or resource neither burns it nor counts as a replay.
func (g *codeGrant) HandleTokenEndpointRequest(ctx context.Context, r fosite.AccessRequester) error {
	c, session, form := r.GetClient().(*client), r.GetSession().(*tokenSession), r.GetRequestForm()
	if !c.has("authorization_code") {
		return refuse("unauthorized_client", descriptions["unauthorized_client"])
	}
	if form.Get("code") == "" {
		return refuse("invalid_request", "The parameter code is missing.")
	}
	if !strings.HasPrefix(form.Get("code"), storage.CodePrefix) { // a device's: not redeemed like this
		return invalidGrant()
	}
	state, err := g.p.Grants.GrantByCode(ctx, storage.Digest(form.Get("code")))
	if errors.Is(err, storage.ErrNotFound) {
		return invalidGrant()
	}
	if err != nil {
		return err
	}
	if err := bound(state.Grant, c, form); err != nil {
		return err
	}
	if err := g.p.trim(&state.Grant, c); err != nil {
		return err
	}
	audience, err := g.p.audienceFor(state.Grant, c, state.Scopes, form["resource"])
	if err != nil {
		return err
	}
	if session.details, err = g.p.narrowDetails(form, state.AuthorizationDetails, c); err != nil {
		return err
	}
	seed, err := g.p.firstSeed(ctx, c, state.Grant)
	if err != nil {
		return err
	}
	if err := g.p.prove(ctx, session, c, state.JKT); err != nil {
		return err
	}
	if err := g.spend(ctx, state, session.now); err != nil {
		return err
	}
	g.p.issueFrom(session, state, c, state.Scopes, audience)
	if seed != nil {
		session.refresh = refreshToken(seed, state.ID, 1, refreshKey(c, session))
	}
	return nil
}

// bound checks that this code was made for this client, redirect URI and verifier.
func bound(grant storage.Grant, c *client, form url.Values) error {
	if grant.ClientID != c.ID {
		return invalidGrant()
	}
	// OAuth 2.1 drops the parameter from the token request; a client that sends it must send the same.
	if uri := form.Get("redirect_uri"); uri != grant.RedirectURI && uri != "" {
		return refuse("invalid_grant", "The redirect_uri does not match the authorization request.")
	}
	verifier := form.Get("code_verifier")
	if grant.Challenge == "" && verifier == "" {
		return nil
	}
	if !verifies(verifier, grant.Challenge) {
		return refuse("invalid_grant", "The code_verifier does not match the code_challenge.")
	}
	return nil
}

// verifies is RFC 7636 section 4.6 for S256. A verifier without a challenge fails as well: somebody
// has stripped the challenge from the authorization request.
func verifies(verifier, challenge string) bool {
	if len(verifier) < 43 || len(verifier) > 128 || !unreserved(verifier) {
		return false
	}
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}

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
		err := g.p.Grants.SpendCode(ctx, state.ID, now, now.Add(g.p.RefreshIdle))
		if err == nil || !errors.Is(err, storage.ErrSpent) {
			return err
		}
		if state, err = g.p.Grants.Grant(ctx, state.ID); err != nil {
			return gone(err)
		}
	}
	if state.CodeSpentAt.IsZero() {
		return invalidGrant() // expired, or its grant is dead
	}
	return g.p.endFamily(ctx, state.Grant, audit.CodeReplayed)
}

// endFamily revokes a grant whose code or refresh token was presented twice.
func (p *Provider) endFamily(ctx context.Context, grant storage.Grant, why string) error {
	if err := p.Grants.RevokeGrant(ctx, grant.ID, p.Now(), why); err != nil {
		return gone(err)
	}
	refusal := invalidGrant()
	err := p.Audit.Record(ctx, audit.Event{Type: why, Outcome: audit.Refused, Reason: "presented twice",
		UserID: grant.UserID, ClientID: grant.ClientID, Target: grant.ID, TraceID: web.TraceID(ctx)})
	if err != nil {
		return err
	}
	return refusal
}

// gone answers for a grant that has just been removed; an outage stays one.
func gone(err error) error {
	if errors.Is(err, storage.ErrNotFound) {
		return invalidGrant()
	}
	return err
}

func invalidGrant() *Error { return refuse("invalid_grant", descriptions["invalid_grant"]) }

// issueFrom readies the session for the tokens of this grant.
func (p *Provider) issueFrom(s *tokenSession, state storage.GrantState, c *client, scopes, audience []string) {
	s.grant, s.user, s.scopes, s.audience = state.Grant, state.User, scopes, audience
	s.SetExpiresAt(fosite.AccessToken, s.now.Add(c.lifespan))
}

// PopulateTokenEndpointResponse signs, after the spending has been committed and outside of it.
func (g *codeGrant) PopulateTokenEndpointResponse(ctx context.Context, r fosite.AccessRequester, w fosite.AccessResponder) error {
	if !g.CanHandleTokenEndpointRequest(ctx, r) {
		return fosite.ErrUnknownRequest
	}
	return g.p.populate(ctx, r, w, r.GetSession().(*tokenSession).grant.Nonce)
}

// populate signs the tokens: an ID token is only for a person's grant.
func (p *Provider) populate(ctx context.Context, r fosite.AccessRequester, w fosite.AccessResponder, nonce string) error {
	c, session := r.GetClient().(*client).Client, r.GetSession().(*tokenSession)
	token, err := p.accessToken(ctx, c, session)
	if err != nil {
		return err
	}
	w.SetAccessToken(token)
	w.SetTokenType(tokenType(session.confirms()))
	if session.grant.ID == "" || !slices.Contains(session.scopes, "openid") {
		return nil
	}
	idToken, err := p.idToken(ctx, c, session, token, nonce)
	if err != nil {
		return err
	}
	w.SetExtra("id_token", idToken)
	return nil
}
