package provider

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// revoke answers POST /revoke (RFC 7009). Revoking a refresh token ends its grant, and with it every
// token made from it; revoking an access token ends that token alone. A server that judges access
// tokens offline, by signature and expiry, accepts one until it expires.
//
// 200 means that the token is dead now: a store that cannot say so is answered 503.
func (p *Provider) revoke(w http.ResponseWriter, r *http.Request) error {
	form, fault := readForm(r)
	if fault != nil {
		return fault
	}
	caller, err := p.authenticate(r.Context(), r, form)
	if err != nil {
		return err
	}
	if form.Get("token") == "" {
		return refuse("invalid_request", "The parameter token is missing.")
	}
	if err := p.revokeToken(r.Context(), caller, form.Get("token")); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	return nil
}

// revokeToken tells what a token is by its form; token_type_hint could only mislead. A token that is
// dead already, or was never ours, is none (RFC 7009 section 2.2).
func (p *Provider) revokeToken(ctx context.Context, caller storage.Client, token string) error {
	if strings.HasPrefix(token, storage.RefreshPrefix) {
		return p.revokeRefresh(ctx, caller, token)
	}
	claims, ok := p.openAccess(token)
	if !ok {
		return nil
	}
	if claims.ClientID != caller.ID {
		return p.notYours(ctx, caller, claims.JTI)
	}
	if err := p.Tokens.RevokeToken(ctx, claims.JTI, time.Unix(claims.ExpiresAt, 0)); err != nil {
		return err
	}
	return p.revoked(ctx, audit.TokenRevoked, caller, claims.JTI, "access_token")
}

func (p *Provider) revokeRefresh(ctx context.Context, caller storage.Client, token string) error {
	state, err := p.openRefresh(ctx, token)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if state.ClientID != caller.ID {
		return p.notYours(ctx, caller, state.ID)
	}
	err = p.Grants.RevokeGrant(ctx, state.ID, p.Now(), "revoked by its client")
	if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrSpent) {
		return nil // somebody else has just done it
	}
	if err != nil {
		return err
	}
	return p.revoked(ctx, audit.GrantRevoked, caller, state.ID, "refresh_token")
}

func (p *Provider) revoked(ctx context.Context, kind string, caller storage.Client, target, method string) error {
	return p.Audit.Record(ctx, audit.Event{
		Type: kind, Outcome: audit.Success, ClientID: caller.ID, Target: target, Method: method,
		IP: web.ClientIP(ctx).String(), TraceID: web.TraceID(ctx),
	})
}

func (p *Provider) notYours(ctx context.Context, caller storage.Client, target string) error {
	p.Audit.RecordLater(ctx, audit.Event{
		Type: audit.TokenRevoked, Outcome: audit.Refused, Reason: "invalid_grant", ClientID: caller.ID, Target: target,
		IP: web.ClientIP(ctx).String(), TraceID: web.TraceID(ctx),
	})
	return refuse("invalid_grant", "The token was not issued to this client.")
}
