package introspection

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/details"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/provider/clientauth"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/provider/permitted"
	"github.com/symbolon-id/symbolon/provider/token"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// Response is RFC 7662 section 2.2. The zero value says that the token is not active, and
// nothing more, whatever the reason.
type Response struct {
	Active    bool                `json:"active"`
	Issuer    string              `json:"iss,omitempty"`
	Subject   string              `json:"sub,omitempty"`
	Audience  oauth.Audience      `json:"aud,omitempty"`
	ClientID  string              `json:"client_id,omitempty"`
	Scope     string              `json:"scope,omitempty"`
	ExpiresAt int64               `json:"exp,omitempty"`
	IssuedAt  int64               `json:"iat,omitempty"`
	JTI       string              `json:"jti,omitempty"`
	TokenType string              `json:"token_type,omitempty"`
	SessionID string              `json:"sid,omitempty"` // only for the client it was issued to
	Confirms  *oauth.Confirmation `json:"cnf,omitempty"`

	Details json.RawMessage `json:"authorization_details,omitempty"` // RFC 9396 section 9.2
}

// Endpoint answers resource servers that ask about tokens.
type Endpoint struct {
	oauth.Place
	Auth    *clientauth.Authenticator
	Tokens  *token.Maker
	Refresh *token.RefreshTokens
	Keys    *keys.Ring
	Types   *details.Types
	Clock   clock.Clock
}

// Introspect answers POST /introspect. Only clients with a secret may ask, never the bearer of
// another token, and only about tokens that are theirs or made for a resource they serve.
func (e *Endpoint) Introspect(w http.ResponseWriter, r *http.Request) error {
	form, fault := oauth.ReadForm(r)
	if fault != nil {
		return fault
	}
	caller, err := e.Auth.Authenticate(r.Context(), r, form)
	if err != nil {
		return err
	}
	if caller.Public {
		return oauth.Unauthenticated().WithHint("the client is public: only those that authenticate may ask about tokens")
	}
	if form.Get("token") == "" {
		return oauth.Refuse("invalid_request", "The parameter token is missing.")
	}
	answer, err := e.inspect(r.Context(), caller, form.Get("token"))
	if err != nil {
		return err
	}
	if wantsSigned(r.Header) {
		return e.writeSigned(w, r, caller, answer)
	}
	return web.WriteJSON(w, http.StatusOK, answer)
}

// inspect finds out what a token is by its form; token_type_hint could only mislead.
func (e *Endpoint) inspect(ctx context.Context, caller storage.Client, token string) (Response, error) {
	if strings.HasPrefix(token, storage.RefreshPrefix) {
		return e.inspectRefresh(ctx, caller, token)
	}
	return e.inspectAccess(ctx, caller, token)
}

func (e *Endpoint) inspectAccess(ctx context.Context, caller storage.Client, token string) (Response, error) {
	claims, ok := e.Tokens.OpenAccess(token)
	if !ok || !mayInspect(caller, claims) {
		return Response{}, nil
	}
	stands, err := e.Tokens.State(ctx, claims)
	if err != nil || !stands.Alive {
		return Response{}, err
	}
	answer := Response{
		Active: true, Issuer: claims.Issuer, Subject: claims.Subject, Audience: claims.Audience,
		ClientID: claims.ClientID, Scope: claims.Scope, ExpiresAt: claims.ExpiresAt,
		IssuedAt: claims.IssuedAt, JTI: claims.JTI, TokenType: oauth.TokenType(claims.Confirms), Confirms: claims.Confirms,
		Details: claims.Details,
	}
	if caller.ID == claims.ClientID {
		answer.SessionID = claims.SessionID
	}
	return answer, nil
}

func mayInspect(caller storage.Client, claims token.AccessClaims) bool {
	if claims.ClientID == caller.ID || slices.Contains(claims.Audience, caller.ID) {
		return true
	}
	return slices.ContainsFunc(claims.Audience, func(a string) bool { return slices.Contains(caller.Serves, a) })
}

func (e *Endpoint) inspectRefresh(ctx context.Context, caller storage.Client, sent string) (Response, error) {
	state, err := e.Refresh.Open(ctx, sent)
	if errors.Is(err, storage.ErrNotFound) {
		return Response{}, nil
	}
	if err != nil {
		return Response{}, err
	}
	live := state.Alive && state.Sent == state.Generation && !token.Expired(state.Grant, e.Clock.Now())
	if !live || state.ClientID != caller.ID || permitted.Restrict(e.Place, e.Types, &state.Grant, caller) != nil {
		return Response{}, nil
	}
	answer := Response{
		Active: true, Issuer: e.Issuer, Subject: e.Tokens.Subject(caller, state.UserID), ClientID: state.ClientID,
		Scope: strings.Join(state.Scopes, " "), ExpiresAt: earlier(state.ExpiresAt, state.IdleAt).Unix(),
		IssuedAt: state.RotatedAt.Unix(), TokenType: "refresh_token", SessionID: e.Tokens.SID(caller, state.SessionID),
	}
	answer.Confirms, answer.Details = oauth.BoundTo(state.BoundTo), state.AuthorizationDetails
	return answer, nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
