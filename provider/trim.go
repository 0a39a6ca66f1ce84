package provider

import (
	"slices"

	"github.com/symbolon-id/symbolon/storage"
)

// trim takes from a grant the scopes and resources that the operator has taken from its client since; of
// authorization details narrowDetails does. A grant of which nothing is left is none.
func trim(g *storage.Grant, c *client) error {
	scopes := slices.DeleteFunc(slices.Clone(g.Scopes), func(scope string) bool { return !slices.Contains(c.Scopes, scope) })
	var resources []string
	for _, resource := range g.Resources {
		still, _ := matchResources([]string{resource}, c.Audiences)
		resources = append(resources, still...)
	}
	emptied := func(before, after []string) bool { return len(before) > 0 && len(after) == 0 }
	if emptied(g.Resources, resources) || emptied(g.Scopes, scopes) && g.AuthorizationDetails == nil {
		return invalidGrant()
	}
	g.Scopes, g.Resources = scopes, resources
	return nil
}
