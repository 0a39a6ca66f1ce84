package grant

import (
	"context"
	"errors"
	"strings"

	"github.com/ory/fosite"

	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/provider/permitted"
	"github.com/symbolon-id/symbolon/storage"
)

// The grant type of RFC 8628, and what its codes begin with.
const (
	DeviceType   = "urn:ietf:params:oauth:grant-type:device_code"
	DevicePrefix = "symbolon_dc_"
)

// PendingDevices knows the devices whose codes are no grants yet.
type PendingDevices interface {
	// Pending returns why the client gets no tokens for the device code with this digest: the refusal to
	// answer with, or an outage. It never returns nil.
	Pending(ctx context.Context, clientID string, digest []byte) error
}

// deviceGrant redeems device codes (RFC 8628 section 3.4).
type deviceGrant struct{ handler }

// HandleTokenEndpointRequest spends the device code once its user has allowed it.
func (g *deviceGrant) HandleTokenEndpointRequest(ctx context.Context, r fosite.AccessRequester) error {
	c, code := r.GetClient().(*client), r.GetRequestForm().Get("device_code")
	switch {
	case !c.has(DeviceType):
		return permitted.UnregisteredGrant(DeviceType, c.Client)
	case code == "":
		return oauth.Refuse("invalid_request", "The parameter device_code is missing.")
	case !strings.HasPrefix(code, DevicePrefix):
		return oauth.InvalidGrant().WithHint("this is not a device code of ours")
	}
	state, err := g.t.Grants.GrantByCode(ctx, storage.Digest(code))
	if errors.Is(err, storage.ErrNotFound) {
		return g.t.Devices.Pending(ctx, c.ID, storage.Digest(code))
	}
	if err != nil {
		return err
	}
	if state.ClientID != c.ID {
		return oauth.Foreign("device code", state.ClientID, c.ID)
	}
	return g.t.redeem(ctx, r, state)
}
