package provider

import (
	"context"
	"slices"

	"github.com/ory/fosite"
)

// clientCredentials is the grant of service accounts: a client gets a token as itself (RFC 6749
// section 4.4). Nothing is written. The account decides scopes and audience.
type clientCredentials struct{ t *tokenEndpoint }

var _ fosite.TokenEndpointHandler = (*clientCredentials)(nil)

func (g *clientCredentials) CanSkipClientAuth(context.Context, fosite.AccessRequester) bool {
	return false
}

func (g *clientCredentials) CanHandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) bool {
	return r.GetGrantTypes().ExactOne("client_credentials")
}

func (g *clientCredentials) HandleTokenEndpointRequest(ctx context.Context, r fosite.AccessRequester) error {
	c, session := r.GetClient().(*client), r.GetSession().(*tokenSession)
	if c.Public || !c.has("client_credentials") {
		return unregisteredGrant("client_credentials", c.Client)
	}
	scopes := intersect(r.GetRequestedScopes(), ownScopes(c.Scopes))
	if len(scopes) == 0 && len(r.GetRequestedScopes()) > 0 {
		return unknownScope("None of the requested scopes is allowed for this client.", r.GetRequestedScopes(), c.Client)
	}
	var err error
	if session.details, err = askedDetails(g.t.types, r.GetRequestForm(), c.Client); err != nil {
		return err
	}
	if saysDetails(r.GetRequestForm()) {
		scopes = nil
	}
	audience, err := matchResources(r.GetRequestForm()["resource"], c.Audiences, c.Client)
	if err != nil {
		return err
	}
	if len(audience) == 0 {
		audience = defaultAudience(g.t.place, c.Client)
	}
	if session.holder, err = g.t.proofs.prove(ctx, session.proof, c.Client, ""); err != nil {
		return err
	}
	session.scopes, session.audience, session.expires = scopes, audience, session.at.Add(c.lifespan)
	return nil
}

func (g *clientCredentials) PopulateTokenEndpointResponse(ctx context.Context, r fosite.AccessRequester, w fosite.AccessResponder) error {
	if !g.CanHandleTokenEndpointRequest(ctx, r) {
		return fosite.ErrUnknownRequest
	}
	return g.t.populate(ctx, r, w, "")
}

// intersect is the part of the scopes asked for that the account holds; with none asked for, all of them.
func intersect(asked, held []string) []string {
	if len(asked) == 0 {
		return held
	}
	left := make([]string, 0, len(asked))
	for _, scope := range asked {
		if slices.Contains(held, scope) {
			left = append(left, scope)
		}
	}
	return left
}

// ownScopes leaves out what only a person can grant: an ID token and offline access.
func ownScopes(held []string) []string {
	return slices.DeleteFunc(slices.Clone(held), func(scope string) bool {
		return scope == "openid" || scope == "offline_access"
	})
}
