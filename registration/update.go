package registration

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// update answers PUT /register/{id}: what is sent takes the place of all that was (RFC 7592
// section 2.2), the way it proves itself included. Whoever has the token decides that for each way, as
// at registration; between two updates nothing weaker than the registered way is accepted.
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
	m := made{Client: succeed(c, next.Client), authMethod: next.authMethod, manage: bearerOf(r)}
	if err := clients.Validate(m.Client); err != nil {
		return judged(err)
	}
	if err := e.replace(r.Context(), c, &m, token); err != nil {
		if isGone(err) { // deleted, or shared, in this moment
			return e.unauthorized(w, r, audit.ClientUpdated)
		}
		return err
	}
	if m.LogoURI != c.LogoURI {
		e.Logos.keep(r.Context(), m.Client)
	}
	return web.WriteJSON(w, http.StatusOK, e.answer(m))
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
func (e *Endpoint) replace(ctx context.Context, was storage.Client, is *made, token storage.ClientSecret) error {
	if err := e.Store.RevokeClientSecret(ctx, is.ID, token.ID); err != nil {
		return fmt.Errorf("update client: %w", err)
	}
	err := e.record(ctx, audit.ClientUpdated, is.ID)
	if err == nil {
		err = replace(ctx, e.Store, was, is.Client, func(ctx context.Context) error { return e.Store.UpdateClient(ctx, &is.Client) })
	}
	if err == nil {
		err = e.equip(ctx, is)
	}
	token.ID = storage.NewID(manageIDPrefix)
	if back := e.Store.AddClientSecret(context.WithoutCancel(ctx), token); err == nil {
		err = back
	}
	return err
}

// equip gives a client that proves itself by a secret from now on its first one, and takes those of all
// others away: they count for nothing, and must not count again after the next change. What a crash
// left undone here, the next update does.
func (e *Endpoint) equip(ctx context.Context, m *made) error {
	if needsSecret(m.Client) == hasSecret(m.Client) {
		return nil
	}
	if needsSecret(m.Client) {
		var s storage.ClientSecret
		s, m.secret = newSecret(m.ID, e.Clock.Now())
		m.Secrets = append(m.Secrets, s)
		return e.Store.AddClientSecret(ctx, s)
	}
	for _, s := range m.Secrets {
		if !isSecret(s) {
			continue
		}
		if err := e.Store.RevokeClientSecret(ctx, m.ID, s.ID); notGone(err) != nil {
			return fmt.Errorf("take secret away: %w", err)
		}
	}
	m.Secrets = slices.DeleteFunc(m.Secrets, isSecret)
	return nil
}

func needsSecret(c storage.Client) bool { return !c.Public && c.AuthMethod == "" }

// hasSecret tells whether the client has a secret to prove itself with.
func hasSecret(c storage.Client) bool { return slices.ContainsFunc(c.Secrets, isSecret) }

// isSecret tells the secrets of a client from the other rows that are kept among them.
func isSecret(s storage.ClientSecret) bool {
	return !isManageToken(s) && !strings.HasPrefix(s.ID, sharedID)
}

// newSecret returns what is kept of a client secret, and the secret itself.
func newSecret(clientID string, now time.Time) (storage.ClientSecret, string) {
	bearer := storage.NewBearer(storage.SecretPrefix)
	return storage.ClientSecret{
		ID: storage.NewID(secretIDPrefix), ClientID: clientID, Digest: storage.Digest(bearer), CreatedAt: now,
	}, bearer
}
