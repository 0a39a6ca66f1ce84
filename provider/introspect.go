package provider

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// introspection is RFC 7662 section 2.2. The zero value says that the token is not active, and
// nothing more, whatever the reason.
type introspection struct {
	Active    bool          `json:"active"`
	Issuer    string        `json:"iss,omitempty"`
	Subject   string        `json:"sub,omitempty"`
	Audience  audience      `json:"aud,omitempty"`
	ClientID  string        `json:"client_id,omitempty"`
	Scope     string        `json:"scope,omitempty"`
	ExpiresAt int64         `json:"exp,omitempty"`
	IssuedAt  int64         `json:"iat,omitempty"`
	JTI       string        `json:"jti,omitempty"`
	TokenType string        `json:"token_type,omitempty"`
	SessionID string        `json:"sid,omitempty"` // only for the client it was issued to
	Confirms  *confirmation `json:"cnf,omitempty"`

	Details json.RawMessage `json:"authorization_details,omitempty"` // RFC 9396 section 9.2
}

// introspect answers POST /introspect. Only clients with a secret may ask, never the bearer of
// another token, and only about tokens that are theirs or made for a resource they serve.
func (p *Provider) introspect(w http.ResponseWriter, r *http.Request) error {
	form, fault := readForm(r)
	if fault != nil {
		return fault
	}
	caller, err := p.authenticate(r.Context(), r, form)
	if err != nil {
		return err
	}
	if caller.Public {
		return unauthenticated().withHint("the client is public: only those that authenticate may ask about tokens")
	}
	if form.Get("token") == "" {
		return refuse("invalid_request", "The parameter token is missing.")
	}
	answer, err := p.inspect(r.Context(), caller, form.Get("token"))
	if err != nil {
		return err
	}
	if wantsSigned(r.Header) {
		return p.writeSigned(w, r, caller, answer)
	}
	return writeJSON(w, answer)
}

// inspect tells what a token is by its form; token_type_hint could only mislead.
func (p *Provider) inspect(ctx context.Context, caller storage.Client, token string) (introspection, error) {
	if strings.HasPrefix(token, storage.RefreshPrefix) {
		return p.inspectRefresh(ctx, caller, token)
	}
	return p.inspectAccess(ctx, caller, token)
}

func (p *Provider) inspectAccess(ctx context.Context, caller storage.Client, token string) (introspection, error) {
	claims, ok := p.openAccess(token)
	if !ok || !mayInspect(caller, claims) {
		return introspection{}, nil
	}
	stands, err := p.state(ctx, claims)
	if err != nil || !stands.Alive {
		return introspection{}, err
	}
	answer := introspection{
		Active: true, Issuer: claims.Issuer, Subject: claims.Subject, Audience: claims.Audience,
		ClientID: claims.ClientID, Scope: claims.Scope, ExpiresAt: claims.ExpiresAt,
		IssuedAt: claims.IssuedAt, JTI: claims.JTI, TokenType: tokenType(claims.Confirms), Confirms: claims.Confirms,
		Details: claims.Details,
	}
	if caller.ID == claims.ClientID {
		answer.SessionID = claims.SessionID
	}
	return answer, nil
}

func mayInspect(caller storage.Client, claims accessClaims) bool {
	if claims.ClientID == caller.ID || slices.Contains(claims.Audience, caller.ID) {
		return true
	}
	return slices.ContainsFunc(claims.Audience, func(a string) bool { return slices.Contains(caller.Serves, a) })
}

func (p *Provider) inspectRefresh(ctx context.Context, caller storage.Client, token string) (introspection, error) {
	state, err := p.openRefresh(ctx, token)
	if errors.Is(err, storage.ErrNotFound) {
		return introspection{}, nil
	}
	if err != nil {
		return introspection{}, err
	}
	live := state.Alive && state.generation == state.Generation && !expired(state.Grant, p.Now())
	if !live || state.ClientID != caller.ID || p.trim(&state.Grant, &client{Client: caller}) != nil {
		return introspection{}, nil
	}
	answer := introspection{
		Active: true, Issuer: p.Issuer, Subject: p.subject(caller, state.UserID), ClientID: state.ClientID,
		Scope: strings.Join(state.Scopes, " "), ExpiresAt: earlier(state.ExpiresAt, state.IdleAt).Unix(),
		IssuedAt: state.RotatedAt.Unix(), TokenType: "refresh_token", SessionID: p.sid(caller, state.SessionID),
	}
	answer.Confirms, answer.Details = boundTo(state.jkt), state.AuthorizationDetails
	return answer, nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// openAccess returns the claims of an access token that we signed and that has not expired. Whether
// what it stands on still stands is for state to say.
func (p *Provider) openAccess(token string) (claims accessClaims, ok bool) {
	payload, _, err := p.Keys.Verify(token, accessTokenType)
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		return accessClaims{}, false
	}
	if claims.Issuer != p.Issuer || claims.JTI == "" || p.Now().Unix() >= claims.ExpiresAt {
		return accessClaims{}, false
	}
	return claims, true
}

// state judges, in one query, everything a token stands on: its own revocation, its client, and for
// a person's token the grant, user and session. Whose it is its grant knows: a sub may be pairwise.
func (p *Provider) state(ctx context.Context, claims accessClaims) (storage.TokenState, error) {
	q := storage.TokenQuery{
		JTI: claims.JTI, ClientID: claims.ClientID, GrantID: claims.GrantID,
		SessionID: claims.SessionID, IssuedAt: time.Unix(claims.IssuedAt, 0),
	}
	if claims.GrantID != "" && !strings.HasPrefix(claims.Subject, pairwisePrefix) {
		q.UserID = claims.Subject
	}
	return p.Tokens.TokenState(ctx, q)
}
