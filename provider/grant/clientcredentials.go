package grant

import (
	"context"
	"slices"

	"github.com/ory/fosite"

	"github.com/symbolon-id/symbolon/provider/permitted"
)

// clientCredentials is the grant of service accounts: a client gets a token as itself (RFC 6749
// section 4.4). Nothing is written. The account decides scopes and audience.
type clientCredentials struct{ handler }

// HandleTokenEndpointRequest decides what the token is for; nothing is spent.
func (g *clientCredentials) HandleTokenEndpointRequest(ctx context.Context, r fosite.AccessRequester) error {
	c, session := r.GetClient().(*client), r.GetSession().(*tokenSession)
	if c.Public || !c.has("client_credentials") {
		return permitted.UnregisteredGrant("client_credentials", c.Client)
	}
	scopes := intersect(r.GetRequestedScopes(), ownScopes(c.Scopes))
	if len(scopes) == 0 && len(r.GetRequestedScopes()) > 0 {
		return permitted.UnknownScope("None of the requested scopes is allowed for this client.", r.GetRequestedScopes(), c.Client)
	}
	var err error
	if session.Details, err = permitted.Details(g.t.Types, r.GetRequestForm(), c.Client); err != nil {
		return err
	}
	if permitted.OnlyDetails(r.GetRequestForm()) {
		scopes = nil
	}
	audience, err := permitted.MatchResources(r.GetRequestForm()["resource"], c.Audiences, c.Client)
	if err != nil {
		return err
	}
	if len(audience) == 0 {
		audience = permitted.DefaultAudience(g.t.Place, c.Client)
	}
	if session.Holder, err = g.t.Proofs.Prove(ctx, session.proof, c.Client, ""); err != nil {
		return err
	}
	session.Scopes, session.Audience, session.Expires = scopes, audience, session.At.Add(c.lifespan)
	return nil
}

// intersect returns the part of the scopes asked for that the account holds; with none asked for, all of them.
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

// ownScopes omits what only a person can grant: an ID token and offline access.
func ownScopes(held []string) []string {
	return slices.DeleteFunc(slices.Clone(held), func(scope string) bool {
		return scope == "openid" || scope == "offline_access"
	})
}
