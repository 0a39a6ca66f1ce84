package grant

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/ory/fosite"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/provider/permitted"
	"github.com/symbolon-id/symbolon/provider/token"
	"github.com/symbolon-id/symbolon/storage"
)

// keepsRefreshToken reports whether the refresh token stays the same: a token that is of use to one client only, and to it only with its key, gains
// nothing from being exchanged, and a lost answer would lose it (FAPI 2.0 section 5.3.2.1).
func keepsRefreshToken(c storage.Client) bool { return c.FAPI2() }

// refreshHolder returns what the refresh tokens of a client are bound to, when it has shown holder; ""
// for nothing.
func refreshHolder(c storage.Client, holder string) string {
	if !c.Public {
		return ""
	}
	return holder
}

// firstSeed returns the seed for a client that gets refresh tokens, nil for others. It is opened before
// the code is spent.
func (t *Issuer) firstSeed(ctx context.Context, c *client, g storage.Grant) ([]byte, error) {
	if !c.has("refresh_token") {
		return nil, nil
	}
	seed, err := t.Refresh.Seed(ctx, g)
	return seed, removed(err)
}

// refreshGrant takes refresh tokens, and rotates them (RFC 6749 section 6) unless the client's profile
// has it keep them.
type refreshGrant struct{ handler }

// HandleTokenEndpointRequest uses the refresh token, last of all.
func (g *refreshGrant) HandleTokenEndpointRequest(ctx context.Context, r fosite.AccessRequester) error {
	c, session, form := r.GetClient().(*client), r.GetSession().(*tokenSession), r.GetRequestForm()
	if !c.has("refresh_token") {
		return permitted.UnregisteredGrant("refresh_token", c.Client)
	}
	if form.Get("refresh_token") == "" {
		return oauth.Refuse("invalid_request", "The parameter refresh_token is missing.")
	}
	presented, err := g.t.Refresh.Open(ctx, form.Get("refresh_token"))
	if errors.Is(err, storage.ErrNotFound) {
		return oauth.InvalidGrant().WithHint("this is not a refresh token of ours, byte for byte, or its grant is forgotten")
	}
	if err != nil {
		return err
	}
	state := presented.GrantState
	if state.ClientID != c.ID {
		return oauth.Foreign("refresh token", state.ClientID, c.ID)
	}
	if err := g.t.settle(ctx, r, state, r.GetRequestedScopes(), presented.BoundTo); err != nil {
		return err
	}
	successor, err := g.rotate(ctx, c, state, presented.Sent, session.At)
	if err != nil {
		return err
	}
	session.refresh = token.RefreshToken(presented.Seed, state.ID, successor, presented.BoundTo)
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
		if state, err = g.t.Grants.Grant(ctx, state.ID); err != nil {
			return 0, removed(err)
		}
	}
	switch {
	case !state.Alive || generation >= state.Generation || token.Expired(state.Grant, now):
		return 0, refreshOver(state, generation, now)
	case generation == state.Generation-1 && now.Sub(state.RotatedAt) <= g.retry(c):
		return state.Generation, nil
	}
	return 0, g.t.endFamily(ctx, state.Grant, audit.RefreshReused, oauth.InvalidGrant().WithHint(usedBefore))
}

const usedBefore = "the refresh token was used before: keep the new one that each refresh gives; its grant has ended"

func refreshOver(state storage.GrantState, generation int64, now time.Time) *oauth.Error {
	return oauth.InvalidGrant().WithHintFunc(func() string {
		switch {
		case state.Alive && token.Expired(state.Grant, now):
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
	return cmp.Or(c.RefreshRetry, g.t.RefreshRetry)
}

// use takes the live refresh token and says which generation is live from now on.
func (g *refreshGrant) use(ctx context.Context, c *client, id string, generation int64, now time.Time) (int64, error) {
	idleAt := now.Add(g.t.RefreshIdle)
	if keepsRefreshToken(c.Client) {
		return generation, g.t.Grants.KeepGrant(ctx, id, generation, now, idleAt)
	}
	return generation + 1, g.t.Grants.RotateGrant(ctx, id, generation, now, idleAt)
}
