package registration

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net/http"
	"strings"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// update answers PUT /register/{id}: what is sent takes the place of all that was (RFC 7592
// section 2.2).
func (e *Endpoint) update(w http.ResponseWriter, r *http.Request) error {
	c, token, err := e.managed(w, r)
	if err != nil {
		return err
	}
	o, err := readBody(r)
	if err != nil {
		return err
	}
	if err := isAbout(o, c); err != nil {
		return err
	}
	next, err := e.client(r.Context(), o)
	if err != nil {
		return err
	}
	if next.Public != c.Public || next.AuthMethod != c.AuthMethod {
		return malformed("token_endpoint_auth_method cannot change; register another client.")
	}
	was := c
	c = succeed(was, next.Client)
	if err := e.replace(r.Context(), was, c, token); err != nil {
		if isGone(err) { // deleted, or shared, in this moment
			return e.unauthorized(w, r, audit.ClientUpdated)
		}
		return err
	}
	if c.LogoURI != was.LogoURI {
		e.Logos.keep(r.Context(), c)
	}
	return web.WriteJSON(w, http.StatusOK, e.answer(made{Client: c, authMethod: next.authMethod, manage: bearerOf(r)}))
}

// isAbout wants the client to say whom it means, as the RFC does, and to know its secret if it sends
// one.
func isAbout(o object, c storage.Client) error {
	if o["client_id"] != c.ID {
		return malformed("client_id is not the one of this address.")
	}
	if o["client_secret"] == nil {
		return nil
	}
	secret, err := o.text("client_secret")
	if err != nil {
		return err
	}
	for _, s := range c.Secrets {
		if subtle.ConstantTimeCompare(storage.Digest(secret), s.Digest) == 1 {
			return nil
		}
	}
	return malformed("client_secret is not the current one.")
}

// replace holds the token out of reach while it changes the client: see createPublic.
func (e *Endpoint) replace(ctx context.Context, was, is storage.Client, token storage.ClientSecret) error {
	if err := e.Store.RevokeClientSecret(ctx, is.ID, token.ID); err != nil {
		return fmt.Errorf("update client: %w", err)
	}
	err := e.record(ctx, audit.ClientUpdated, is.ID)
	if err == nil {
		err = replace(ctx, e.Store, was, is, func(ctx context.Context) error { return e.Store.UpdateClient(ctx, is) })
	}
	token.ID = storage.NewID(manageIDPrefix)
	if back := e.Store.AddClientSecret(context.WithoutCancel(ctx), token); err == nil {
		err = back
	}
	return err
}

// hasSecret tells whether the client has a secret to prove itself with.
func hasSecret(c storage.Client) bool {
	for _, s := range c.Secrets {
		if !isManageToken(s) && !strings.HasPrefix(s.ID, sharedID) {
			return true
		}
	}
	return false
}
