package provider

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ory/fosite"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage"
)

// A refresh token is symbolon_rt_<grant>.<generation>.<MAC>, the MAC keyed by the grant's sealed
// seed. Nothing is stored per token: the grant row knows the one generation that is live, and the
// server can make the same successor twice. Redeeming one checks, in order: the MAC, the client, the
// scope, the resource, that the grant is alive, the generation.
//
// A retry of the previous generation within RefreshRetry gets the same successor again, as long as
// that has not been used: a lost response, a double tap and a race of two nodes are safe, and there
// is never a second branch. Anything older is reuse and ends the family (RFC 9700 section 4.14.2).

// A public client that brings a DPoP proof or a certificate with its code gets refresh tokens bound to
// that: the thumbprint stands in the token before the MAC, and under it (RFC 9449 section 5, RFC 8705
// section 4). Those of other clients are bound to their authentication already.

func seedPurpose(grantID string) string { return "refresh seed " + grantID }

// refreshHolder returns what the refresh tokens of a client are bound to, when it has shown holder; ""
// for nothing.
func refreshHolder(c storage.Client, holder string) string {
	if !c.Public {
		return ""
	}
	return holder
}

// refreshTokens opens refresh tokens.
type refreshTokens struct {
	sealer interface {
		Open(purpose string, sealed []byte) ([]byte, error)
	}
	behind func(context.Context) (bool, error) // whether other nodes seal under a secret that this one does not have
	grants interface {
		Grant(ctx context.Context, id string) (storage.GrantState, error)
	}
}

// seed opens what the refresh tokens of a grant are derived from. Sealed under a secret that has been
// dropped it is gone, and storage.ErrNotFound; under one that this node does not have yet, other
// nodes can open it, and it is storage.ErrUnavailable.
func (r *refreshTokens) seed(ctx context.Context, g storage.Grant) ([]byte, error) {
	seed, err := r.sealer.Open(seedPurpose(g.ID), g.Seed)
	if !errors.Is(err, keys.ErrSealed) {
		return seed, err
	}
	meaning := storage.ErrNotFound
	if behind, err := r.behind(ctx); err != nil {
		return nil, err
	} else if behind {
		meaning = storage.ErrUnavailable
	}
	return nil, fmt.Errorf("open seed of grant %s: %w: %w", g.ID, meaning, err)
}

// firstSeed is the seed for a client that gets refresh tokens, nil for others. It is opened before
// the code is spent.
func (t *tokenEndpoint) firstSeed(ctx context.Context, c *client, g storage.Grant) ([]byte, error) {
	if !c.has("refresh_token") {
		return nil, nil
	}
	seed, err := t.refresh.seed(ctx, g)
	return seed, gone(err)
}

// refreshToken derives the token of one generation, bound to the key jkt unless that is empty.
func refreshToken(seed []byte, grantID string, generation int64, jkt string) string {
	mac := hmac.New(sha256.New, seed)
	mac.Write([]byte("symbolon refresh token v1"))
	_ = binary.Write(mac, binary.BigEndian, generation)
	mac.Write([]byte(jkt))
	if jkt != "" {
		jkt += "."
	}
	return storage.RefreshPrefix + grantID + "." + strconv.FormatInt(generation, 10) + "." + jkt +
		base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// openedRefresh is what a refresh token of ours stands for.
type openedRefresh struct {
	storage.GrantState
	seed       []byte
	generation int64  // of this token
	jkt        string // the key it is bound to, "" for none
}

// open returns what a refresh token stands for, or storage.ErrNotFound when we did not make
// exactly this string. Whether it is still live is the caller's question.
func (r *refreshTokens) open(ctx context.Context, token string) (t openedRefresh, err error) {
	body, ok := strings.CutPrefix(token, storage.RefreshPrefix)
	parts := strings.Split(body, ".")
	if !ok || len(parts) < 3 || len(parts) > 4 {
		return openedRefresh{}, storage.ErrNotFound
	}
	t.generation, err = strconv.ParseInt(parts[1], 10, 64)
	if err != nil || t.generation < 1 {
		return openedRefresh{}, storage.ErrNotFound
	}
	if len(parts) == 4 {
		t.jkt = parts[2]
	}
	if t.GrantState, err = r.grants.Grant(ctx, parts[0]); err != nil {
		return openedRefresh{}, err
	}
	if t.seed, err = r.seed(ctx, t.Grant); err != nil {
		return openedRefresh{}, err
	}
	made := refreshToken(t.seed, t.ID, t.generation, t.jkt)
	if subtle.ConstantTimeCompare([]byte(made), []byte(token)) != 1 {
		return openedRefresh{}, storage.ErrNotFound
	}
	return t, nil
}

// refreshGrant takes refresh tokens, and rotates them (RFC 6749 section 6) unless the client's profile
// has it keep them.
type refreshGrant struct{ t *tokenEndpoint }

var _ fosite.TokenEndpointHandler = (*refreshGrant)(nil)

func (g *refreshGrant) CanSkipClientAuth(context.Context, fosite.AccessRequester) bool { return false }

func (g *refreshGrant) CanHandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) bool {
	return r.GetGrantTypes().ExactOne("refresh_token")
}

func (g *refreshGrant) HandleTokenEndpointRequest(ctx context.Context, r fosite.AccessRequester) error {
	c, session, form := r.GetClient().(*client), r.GetSession().(*tokenSession), r.GetRequestForm()
	if !c.has("refresh_token") {
		return unregisteredGrant("refresh_token", c.Client)
	}
	if form.Get("refresh_token") == "" {
		return refuse("invalid_request", "The parameter refresh_token is missing.")
	}
	presented, err := g.t.refresh.open(ctx, form.Get("refresh_token"))
	if errors.Is(err, storage.ErrNotFound) {
		return invalidGrant().withHint("this is not a refresh token of ours, byte for byte, or its grant is forgotten")
	}
	if err != nil {
		return err
	}
	state := presented.GrantState
	if state.ClientID != c.ID {
		return foreign("refresh token", state.ClientID, c.ID)
	}
	if err := g.t.settle(ctx, r, state, r.GetRequestedScopes(), presented.jkt); err != nil {
		return err
	}
	successor, err := g.rotate(ctx, c, state, presented.generation, session.at)
	if err != nil {
		return err
	}
	session.refresh = refreshToken(presented.seed, state.ID, successor, presented.jkt)
	return nil
}

// rotate returns the generation that follows the presented one, moving the family there unless
// another request of the same client has just done so.
func (g *refreshGrant) rotate(ctx context.Context, c *client, state storage.GrantState, generation int64, now time.Time) (int64, error) {
	if generation == state.Generation {
		next, err := g.use(ctx, c, state.ID, generation, now)
		if err == nil || !errors.Is(err, storage.ErrSpent) {
			return next, err
		}
		if state, err = g.t.grants.Grant(ctx, state.ID); err != nil {
			return 0, gone(err)
		}
	}
	switch {
	case !state.Alive || generation >= state.Generation || expired(state.Grant, now):
		return 0, refreshOver(state, generation, now)
	case generation == state.Generation-1 && now.Sub(state.RotatedAt) <= g.retry(c):
		return state.Generation, nil
	}
	return 0, g.t.endFamily(ctx, state.Grant, audit.RefreshReused, invalidGrant().withHint(usedBefore))
}

const usedBefore = "the refresh token was used before: keep the new one that each refresh gives; its grant has ended"

func refreshOver(state storage.GrantState, generation int64, now time.Time) *Error {
	return invalidGrant().withHintFunc(func() string {
		switch {
		case state.Alive && expired(state.Grant, now):
			return "the refresh token has expired: it was not used for too long, or its grant is too old"
		case generation < state.Generation:
			return usedBefore
		}
		return dead(state)
	})
}

// retry is for how long a token that was used gives its successor again: longer for hosts of agents, whose
// processes share a store and do not wait for one another.
func (g *refreshGrant) retry(c *client) time.Duration {
	return cmp.Or(c.RefreshRetry, g.t.refreshRetry)
}

// use takes the live refresh token and says which generation is live from now on.
func (g *refreshGrant) use(ctx context.Context, c *client, id string, generation int64, now time.Time) (int64, error) {
	idleAt := now.Add(g.t.refreshIdle)
	if keepsRefreshToken(c.Client) {
		return generation, g.t.grants.KeepGrant(ctx, id, generation, now, idleAt)
	}
	return generation + 1, g.t.grants.RotateGrant(ctx, id, generation, now, idleAt)
}

// expired judges a refresh family's absolute and idle end.
func expired(g storage.Grant, now time.Time) bool {
	return !now.Before(g.ExpiresAt) || !now.Before(g.IdleAt)
}

func (g *refreshGrant) PopulateTokenEndpointResponse(ctx context.Context, r fosite.AccessRequester, w fosite.AccessResponder) error {
	if !g.CanHandleTokenEndpointRequest(ctx, r) {
		return fosite.ErrUnknownRequest
	}
	return g.t.populate(ctx, r, w, "")
}
