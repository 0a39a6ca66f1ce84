package permitted

import (
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
)

// ResourcesFor returns what a token with these scopes may be for: with openid also this server.
func ResourcesFor(l oauth.Place, audiences, scopes []string) []string {
	if !slices.Contains(scopes, "openid") || slices.Contains(audiences, l.Issuer) {
		return audiences
	}
	return append(slices.Clip(audiences), l.Issuer)
}

// DefaultAudience returns who a token is for when no resource was named; never empty.
func DefaultAudience(l oauth.Place, c storage.Client) []string {
	if len(c.Audiences) > 0 {
		return c.Audiences[:1]
	}
	return []string{l.Issuer}
}

// A token is for the resources that the request names (RFC 8707), and for nothing else. With none named
// it is for the client's first audience, and where the client asked for openid for this server as well:
// /userinfo takes no token that is not. Who names a resource, or nothing at all as agents do, sends that
// server nothing that it could use here.

// Audience returns who a token of the grant is for: of what the person allowed, or of the client's default,
// the resources asked for; with none asked for, all of it (RFC 8707 section 2.2).
func Audience(l oauth.Place, g storage.Grant, c storage.Client, scopes, asked []string) ([]string, error) {
	granted := g.Resources
	if len(granted) == 0 {
		granted = DefaultAudience(l, c)
	}
	if len(g.Resources) == 0 && !g.NoScope {
		granted = ResourcesFor(l, granted, scopes)
	}
	if len(asked) == 0 {
		return granted, nil
	}
	return MatchResources(asked, ResourcesFor(l, granted, scopes), c)
}

// MatchResources finds each resource that c asks for among those allowed. One trailing slash is forgiven;
// what was registered, not what was sent, becomes the audience.
func MatchResources(asked, allowed []string, c storage.Client) ([]string, error) {
	matched := make([]string, 0, len(asked))
	for _, resource := range asked {
		i := indexResource(allowed, resource)
		if i < 0 {
			return nil, unknownResource(resource, c)
		}
		if !slices.Contains(matched, allowed[i]) {
			matched = append(matched, allowed[i])
		}
	}
	return matched, nil
}

func indexResource(in []string, resource string) int {
	return slices.IndexFunc(in, func(r string) bool { return strings.TrimSuffix(r, "/") == strings.TrimSuffix(resource, "/") })
}

func unknownResource(resource string, c storage.Client) *oauth.Error {
	return oauth.Refuse("invalid_target", "A requested resource is unknown or not allowed for this client.").WithHintFunc(func() string {
		if indexResource(c.Audiences, resource) >= 0 {
			return resource + " is registered, and was not granted"
		}
		return oauth.URIDiffers(resource, c.Audiences) + oauth.ToRegister(c, "--audience")
	})
}
