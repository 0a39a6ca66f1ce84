package provider

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/details"
	"github.com/symbolon-id/symbolon/keys"
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

type introspectionEndpoint struct {
	place
	auth    *authenticator
	tokens  *tokenMaker
	refresh *refreshTokens
	keys    *keys.Ring
	types   *details.Types
	now     func() time.Time
}

// introspect answers POST /introspect. Only clients with a secret may ask, never the bearer of
// another token, and only about tokens that are theirs or made for a resource they serve.
func (e *introspectionEndpoint) introspect(w http.ResponseWriter, r *http.Request) error {
	form, fault := readForm(r)
	if fault != nil {
		return fault
	}
	caller, err := e.auth.authenticate(r.Context(), r, form)
	if err != nil {
		return err
	}
	if caller.Public {
		return unauthenticated().withHint("the client is public: only those that authenticate may ask about tokens")
	}
	if form.Get("token") == "" {
		return refuse("invalid_request", "The parameter token is missing.")
	}
	answer, err := e.inspect(r.Context(), caller, form.Get("token"))
	if err != nil {
		return err
	}
	if wantsSigned(r.Header) {
		return e.writeSigned(w, r, caller, answer)
	}
	return writeJSON(w, answer)
}

// inspect tells what a token is by its form; token_type_hint could only mislead.
func (e *introspectionEndpoint) inspect(ctx context.Context, caller storage.Client, token string) (introspection, error) {
	if strings.HasPrefix(token, storage.RefreshPrefix) {
		return e.inspectRefresh(ctx, caller, token)
	}
	return e.inspectAccess(ctx, caller, token)
}

func (e *introspectionEndpoint) inspectAccess(ctx context.Context, caller storage.Client, token string) (introspection, error) {
	claims, ok := e.tokens.openAccess(token)
	if !ok || !mayInspect(caller, claims) {
		return introspection{}, nil
	}
	stands, err := e.tokens.state(ctx, claims)
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

func (e *introspectionEndpoint) inspectRefresh(ctx context.Context, caller storage.Client, token string) (introspection, error) {
	state, err := e.refresh.open(ctx, token)
	if errors.Is(err, storage.ErrNotFound) {
		return introspection{}, nil
	}
	if err != nil {
		return introspection{}, err
	}
	live := state.Alive && state.generation == state.Generation && !expired(state.Grant, e.now())
	if !live || state.ClientID != caller.ID || trim(e.place, e.types, &state.Grant, caller) != nil {
		return introspection{}, nil
	}
	answer := introspection{
		Active: true, Issuer: e.Issuer, Subject: e.tokens.subject(caller, state.UserID), ClientID: state.ClientID,
		Scope: strings.Join(state.Scopes, " "), ExpiresAt: earlier(state.ExpiresAt, state.IdleAt).Unix(),
		IssuedAt: state.RotatedAt.Unix(), TokenType: "refresh_token", SessionID: e.tokens.sid(caller, state.SessionID),
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
