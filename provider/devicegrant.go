package provider

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/ory/fosite"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// polls is how often a device may ask; it is told the interval devicePoll.
var polls = web.Limit{Events: 1, Per: devicePoll - time.Second}

// deviceGrant redeems device codes (RFC 8628 section 3.4).
type deviceGrant struct{ t *tokenEndpoint }

var _ fosite.TokenEndpointHandler = (*deviceGrant)(nil)

func (g *deviceGrant) CanSkipClientAuth(context.Context, fosite.AccessRequester) bool { return false }

func (g *deviceGrant) CanHandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) bool {
	return r.GetGrantTypes().ExactOne(deviceGrantType)
}

func (g *deviceGrant) HandleTokenEndpointRequest(ctx context.Context, r fosite.AccessRequester) error {
	c, code := r.GetClient().(*client), r.GetRequestForm().Get("device_code")
	switch {
	case !c.has(deviceGrantType):
		return unregisteredGrant(deviceGrantType, c.Client)
	case code == "":
		return refuse("invalid_request", "The parameter device_code is missing.")
	case !strings.HasPrefix(code, devicePrefix):
		return invalidGrant().withHint("this is not a device code of ours")
	}
	state, err := g.t.grants.GrantByCode(ctx, storage.Digest(code))
	if errors.Is(err, storage.ErrNotFound) {
		return g.pending(ctx, c, storage.Digest(code))
	}
	if err != nil {
		return err
	}
	if state.ClientID != c.ID {
		return foreign("device code", state.ClientID, c.ID)
	}
	return g.t.redeem(ctx, r, state)
}

// pending tells why there are no tokens yet. Only the client that the code was made for learns it.
func (g *deviceGrant) pending(ctx context.Context, c *client, digest []byte) error {
	d, err := g.t.devices.pending(ctx, digest)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return refuse("expired_token", "The device code is unknown or has expired.")
	case err != nil:
		return err
	case d.ClientID != c.ID:
		return foreign("device code", d.ClientID, c.ID)
	case d.Denied:
		return refuse("access_denied", "The user denied the request.")
	}
	if err := g.t.limiter.Allow(ctx, "poll:"+hex.EncodeToString(digest), polls); err != nil {
		return refuse("slow_down", "Polling too fast; increase the interval.")
	}
	return refuse("authorization_pending", "The user has not answered yet.")
}

func (g *deviceGrant) PopulateTokenEndpointResponse(ctx context.Context, r fosite.AccessRequester, w fosite.AccessResponder) error {
	if !g.CanHandleTokenEndpointRequest(ctx, r) {
		return fosite.ErrUnknownRequest
	}
	return g.t.populate(ctx, r, w, "")
}
