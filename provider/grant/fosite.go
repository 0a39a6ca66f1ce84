package grant

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/ory/fosite"

	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
)

// newFosite builds the request pipelines from handlers of static type; compose.Compose would find
// them by reflection and drop a second one of the same type silently. Every default that fosite
// fills in lazily is a data race, so each one used is set here.
func (t *Issuer) newFosite() *fosite.Fosite {
	config := &fosite.Config{
		AccessTokenLifespan:          t.AgentTTL,
		AudienceMatchingStrategy:     fosite.ExactAudienceMatchingStrategy,
		ScopeStrategy:                fosite.ExactScopeStrategy,
		EnforcePKCE:                  true,
		MinParameterEntropy:          1,
		ClientAuthenticationStrategy: t.authenticateForFosite,
		ClientSecretsHasher:          noHasher{},
		HTTPClient:                   nil,
	}
	config.AuthorizeEndpointHandlers = fosite.AuthorizeEndpointHandlers{&codeIssuer{t}}
	for _, g := range grants {
		config.TokenEndpointHandlers = append(config.TokenEndpointHandlers, g.make(handler{t, g.name}))
	}
	return fosite.NewOAuth2Provider(knownClient{}, config)
}

// fromFosite keeps our own errors, and of fosite's the name: their texts carry the user's bytes.
func fromFosite(err error) error {
	var ours *oauth.Error
	var theirs *fosite.RFC6749Error
	switch {
	case errors.As(err, &ours), errors.Is(err, storage.ErrUnavailable), !errors.As(err, &theirs), theirs.CodeField >= http.StatusInternalServerError:
		return err
	}
	description := cmp.Or(oauth.Descriptions[theirs.ErrorField], "The request was rejected.")
	return oauth.Refuse(theirs.ErrorField, description).WithCause(theirs)
}

// client shows a registered client to fosite. It deliberately does not implement
// fosite.OpenIDConnectClient: request objects and assertions are ours to judge.
type client struct {
	storage.Client
	redirectURI  string        // the one the front has matched; fosite's own matching is lax
	lifespan     time.Duration // of its access tokens
	credentialID string        // what it authenticated with
}

var (
	_ fosite.Client             = (*client)(nil)
	_ fosite.ResponseModeClient = (*client)(nil)
)

func (c *client) GetID() string { return c.ID }

func (c *client) GetHashedSecret() []byte { return nil }

func (c *client) GetRedirectURIs() []string { return []string{c.redirectURI} }

func (c *client) GetGrantTypes() fosite.Arguments { return c.GrantTypes }

func (c *client) GetResponseTypes() fosite.Arguments { return fosite.Arguments{"code"} }

func (c *client) GetScopes() fosite.Arguments { return c.Scopes }

func (c *client) IsPublic() bool { return c.Public }

func (c *client) GetAudience() fosite.Arguments { return c.Audiences }

func (c *client) GetResponseModes() []fosite.ResponseModeType {
	return []fosite.ResponseModeType{fosite.ResponseModeQuery, fosite.ResponseModeFormPost}
}

// has compares exactly; fosite's Arguments.Has ignores case.
func (c *client) has(grantType string) bool { return slices.Contains(c.GrantTypes, grantType) }

// clientKey carries the client that the front has found already, so that it is read once.
type clientKey struct{}

// knownClient is fosite's client storage: it knows the one client of this request.
type knownClient struct{}

var _ fosite.ClientManager = knownClient{}

func (knownClient) GetClient(ctx context.Context, id string) (fosite.Client, error) {
	c, ok := ctx.Value(clientKey{}).(*client)
	if !ok || c.ID != id {
		return nil, fosite.ErrNotFound
	}
	return c, nil
}

// ClientAssertionJWTValid refuses: assertions are the business of package clientauth.
func (knownClient) ClientAssertionJWTValid(context.Context, string) error { return fosite.ErrJTIKnown }

func (knownClient) SetClientAssertionJWT(context.Context, string, time.Time) error {
	return fosite.ErrJTIKnown
}

// noHasher keeps fosite's bcrypt out of reach: secrets are compared by package clientauth.
type noHasher struct{}

func (noHasher) Compare(context.Context, []byte, []byte) error { return fosite.ErrInvalidClient }

func (noHasher) Hash(context.Context, []byte) ([]byte, error) { return nil, fosite.ErrInvalidClient }

func (t *Issuer) authenticateForFosite(ctx context.Context, r *http.Request, form url.Values) (fosite.Client, error) {
	c, credentialID, err := t.Auth.AuthenticateBy(ctx, r, oauth.Params(form))
	if err != nil {
		return nil, err
	}
	return &client{Client: c, lifespan: t.accessTTL(c), credentialID: credentialID}, nil
}

// accessTTL returns how long an access token of this client lives.
func (t *Issuer) accessTTL(c storage.Client) time.Duration {
	switch {
	case c.AccessTokenTTL > 0:
		return c.AccessTokenTTL
	case c.Kind == storage.KindAgent:
		return t.AgentTTL
	}
	return t.AccessTokenTTL
}
