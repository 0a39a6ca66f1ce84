package introspection

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/provider/clientauth"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/provider/token"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// RevokedTokens remembers access tokens that were revoked.
type RevokedTokens interface {
	// RevokeToken makes the token dead on every node; it is forgotten when it would have expired.
	RevokeToken(ctx context.Context, jti string, until time.Time) error
}

// Revocation ends tokens for their clients.
type Revocation struct {
	Auth    *clientauth.Authenticator
	Tokens  *token.Maker
	Refresh *token.RefreshTokens
	Revoked RevokedTokens
	Grants  interface {
		RevokeGrant(ctx context.Context, id string, at time.Time, why string) error
	}
	Audit interface {
		Record(ctx context.Context, e audit.Event) error
		RecordLater(ctx context.Context, e audit.Event)
	}
	Clock clock.Clock
}

// Revoke answers POST /revoke (RFC 7009). Revoking a refresh token ends its grant, and with it every
// token made from it; revoking an access token ends that token alone. A server that judges access
// tokens offline, by signature and expiry, accepts one until it expires.
//
// 200 means that the token is dead now: a store that cannot say so is answered 503.
func (e *Revocation) Revoke(w http.ResponseWriter, r *http.Request) error {
	form, fault := oauth.ReadForm(r)
	if fault != nil {
		return fault
	}
	caller, err := e.Auth.Authenticate(r.Context(), r, form)
	if err != nil {
		return err
	}
	if form.Get("token") == "" {
		return oauth.Refuse("invalid_request", "The parameter token is missing.")
	}
	if err := e.revokeToken(r.Context(), caller, form.Get("token")); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	return nil
}

// revokeToken finds out what a token is by its form; token_type_hint could only mislead. A token that is
// dead already, or was never ours, is none (RFC 7009 section 2.2).
func (e *Revocation) revokeToken(ctx context.Context, caller storage.Client, token string) error {
	if strings.HasPrefix(token, storage.RefreshPrefix) {
		return e.revokeRefresh(ctx, caller, token)
	}
	claims, ok := e.Tokens.OpenAccess(token)
	if !ok {
		return nil
	}
	if claims.ClientID != caller.ID {
		return e.notYours(ctx, caller, claims.JTI)
	}
	if err := e.Revoked.RevokeToken(ctx, claims.JTI, time.Unix(claims.ExpiresAt, 0)); err != nil {
		return err
	}
	return e.record(ctx, audit.TokenRevoked, caller, claims.JTI, "access_token")
}

func (e *Revocation) revokeRefresh(ctx context.Context, caller storage.Client, token string) error {
	state, err := e.Refresh.Open(ctx, token)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if state.ClientID != caller.ID {
		return e.notYours(ctx, caller, state.ID)
	}
	err = e.Grants.RevokeGrant(ctx, state.ID, e.Clock.Now(), "revoked by its client")
	if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrSpent) {
		return nil // another request has just done it
	}
	if err != nil {
		return err
	}
	return e.record(ctx, audit.GrantRevoked, caller, state.ID, "refresh_token")
}

func (e *Revocation) record(ctx context.Context, kind string, caller storage.Client, target, method string) error {
	return e.Audit.Record(ctx, audit.Event{
		Type: kind, Outcome: audit.Success, ClientID: caller.ID, Target: target, Method: method,
		IP: web.ClientIP(ctx).String(), TraceID: web.TraceID(ctx),
	})
}

func (e *Revocation) notYours(ctx context.Context, caller storage.Client, target string) error {
	e.Audit.RecordLater(ctx, audit.Event{
		Type: audit.TokenRevoked, Outcome: audit.Refused, Reason: "invalid_grant", ClientID: caller.ID, Target: target,
		IP: web.ClientIP(ctx).String(), TraceID: web.TraceID(ctx),
	})
	return oauth.Refuse("invalid_grant", "The token was not issued to this client.")
}
