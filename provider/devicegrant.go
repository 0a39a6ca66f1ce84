package provider

import (
	"context"
	"errors"
	"strings"

	"github.com/ory/fosite"

	"github.com/symbolon-id/symbolon/storage"
)

// The grant type of RFC 8628, and what its codes begin with.
const (
	deviceGrantType = "urn:ietf:params:oauth:grant-type:device_code"
	devicePrefix    = "symbolon_dc_"
)

// pendingDevices knows the devices whose codes are no grants yet.
type pendingDevices interface {
	// Pending returns why the client gets no tokens for the device code with this digest: the refusal to
	// answer with, or an outage. It never returns nil.
	Pending(ctx context.Context, clientID string, digest []byte) error
}

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
		return g.t.devices.Pending(ctx, c.ID, storage.Digest(code))
	}
	if err != nil {
		return err
	}
	if state.ClientID != c.ID {
		return foreign("device code", state.ClientID, c.ID)
	}
	return g.t.redeem(ctx, r, state)
}

func (g *deviceGrant) PopulateTokenEndpointResponse(ctx context.Context, r fosite.AccessRequester, w fosite.AccessResponder) error {
	if !g.CanHandleTokenEndpointRequest(ctx, r) {
		return fosite.ErrUnknownRequest
	}
	return g.t.populate(ctx, r, w, "")
}
