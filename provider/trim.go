package provider

import (
	"slices"

	"github.com/symbolon-id/symbolon/storage"
)

// trim takes from a grant the scopes and resources that the operator has taken from its client since; of
// authorization details narrowDetails does. A grant of which nothing is left is none, nor is one that was
// to outlive its session and may no longer.
func trim(g *storage.Grant, c *client) error {
	scopes := slices.DeleteFunc(slices.Clone(g.Scopes), func(scope string) bool { return !slices.Contains(c.Scopes, scope) })
	var resources []string
	for _, resource := range g.Resources {
		still, _ := matchResources([]string{resource}, c.Audiences)
		resources = append(resources, still...)
	}
	emptied := func(before, after []string) bool { return len(before) > 0 && len(after) == 0 }
	switch {
	case emptied(g.Resources, resources), emptied(g.Scopes, scopes) && g.AuthorizationDetails == nil,
		g.Offline && !slices.Contains(scopes, "offline_access"):
		return invalidGrant()
	}
	g.Scopes, g.Resources = scopes, resources
	return nil
}
