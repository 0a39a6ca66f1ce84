package provider

import (
	"net/url"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/storage"
)

// A token is for the resources that the request names (RFC 8707), and for nothing else. With none named
// it is for the client's first audience, and where the client asked for openid for this server as well:
// /userinfo takes no token that is not. Who names a resource, or nothing at all as agents do, sends that
// server nothing that it could use here.

// audienceFor is who a token of the grant is for: of what the person allowed, or of the client's default,
// the resources asked for; with none asked for, all of it (RFC 8707 section 2.2).
func audienceFor(l place, g storage.Grant, c storage.Client, scopes, asked []string) ([]string, error) {
	granted := g.Resources
	if len(granted) == 0 {
		granted = defaultAudience(l, c)
	}
	if len(g.Resources) == 0 && !g.NoScope {
		granted = resourcesFor(l, granted, scopes)
	}
	if len(asked) == 0 {
		return granted, nil
	}
	return matchResources(asked, resourcesFor(l, granted, scopes), c)
}

// checkResources is RFC 8707 section 2: absolute, no fragment, allowed.
func (e *authorizeEndpoint) checkResources(v *validRequest) (err error) {
	for _, resource := range v.Form["resource"] {
		u, err := url.Parse(resource)
		if err != nil || !u.IsAbs() || strings.Contains(resource, "#") {
			return refuse("invalid_target", "The resource must be an absolute URI without a fragment.")
		}
	}
	v.Resources, err = matchResources(v.Form["resource"], resourcesFor(e.place, v.client.Audiences, v.Scopes), v.client)
	return err
}

// matchResources finds each resource that c asks for among those allowed. One trailing slash is forgiven;
// what was registered, not what was sent, becomes the audience.
func matchResources(asked, allowed []string, c storage.Client) ([]string, error) {
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

func unknownResource(resource string, c storage.Client) *Error {
	return refuse("invalid_target", "A requested resource is unknown or not allowed for this client.").withHintFunc(func() string {
		if indexResource(c.Audiences, resource) >= 0 {
			return resource + " is registered, and was not granted"
		}
		return uriDiffers(resource, c.Audiences) + toRegister(c, "--audience")
	})
}
