package grant

import (
	"context"
	"slices"

	"github.com/ory/fosite"
)

// grantType is one grant: its name and its handler.
type grantType struct {
	name string
	make func(handler) fosite.TokenEndpointHandler
}

// grants are those there are, each in its own file.
var grants = []grantType{
	{"authorization_code", func(h handler) fosite.TokenEndpointHandler { return &codeGrant{h} }},
	{"client_credentials", func(h handler) fosite.TokenEndpointHandler { return &clientCredentials{h} }},
	{"refresh_token", func(h handler) fosite.TokenEndpointHandler { return &refreshGrant{h} }},
	{DeviceType, func(h handler) fosite.TokenEndpointHandler { return &deviceGrant{h} }},
}

// isGrant reports whether there is a grant of this name.
func isGrant(name string) bool {
	return slices.ContainsFunc(grants, func(g grantType) bool { return g.name == name })
}

// Types returns the names of the grants, as in grant_types_supported (RFC 8414 section 2).
func Types() []string {
	var names []string
	for _, g := range grants {
		names = append(names, g.name)
	}
	return names
}

// handler is what the handlers of all grants have in common.
type handler struct {
	t    *Issuer
	name string // the grant_type
}

// CanSkipClientAuth returns false: clients authenticate, public ones by their id alone.
func (h handler) CanSkipClientAuth(context.Context, fosite.AccessRequester) bool { return false }

// CanHandleTokenEndpointRequest reports whether r is for this grant.
func (h handler) CanHandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) bool {
	return r.GetGrantTypes().ExactOne(h.name)
}

// PopulateTokenEndpointResponse signs, after what was spent has been committed and outside of that.
func (h handler) PopulateTokenEndpointResponse(ctx context.Context, r fosite.AccessRequester, w fosite.AccessResponder) error {
	if !h.CanHandleTokenEndpointRequest(ctx, r) {
		return fosite.ErrUnknownRequest
	}
	return h.t.populate(ctx, r, w)
}
