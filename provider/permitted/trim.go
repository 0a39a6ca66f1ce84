package permitted

import (
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/details"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
)

// Restrict takes from a grant what the operator has taken from its client since: scopes, resources, types of
// authorization details. A grant of which nothing remains is none, nor is one that was to outlive its
// session and may no longer.
func Restrict(l oauth.Place, types *details.Types, g *storage.Grant, c storage.Client) error {
	was := *g
	g.Scopes = slices.DeleteFunc(slices.Clone(was.Scopes), func(scope string) bool { return !slices.Contains(c.Scopes, scope) })
	g.Resources = nil
	for _, resource := range was.Resources {
		still, _ := MatchResources([]string{resource}, ResourcesFor(l, c.Audiences, g.Scopes), c)
		g.Resources = append(g.Resources, still...)
	}
	if was.AuthorizationDetails != nil {
		g.AuthorizationDetails = types.Held(was.AuthorizationDetails, c.DetailTypes)
	}
	held := len(was.Scopes) > 0 || was.AuthorizationDetails != nil
	holds := len(g.Scopes) > 0 || g.AuthorizationDetails != nil
	switch {
	case held && !holds, len(was.Resources) > 0 && len(g.Resources) == 0, g.Offline && !slices.Contains(g.Scopes, "offline_access"):
		return takenAway(was.Scopes, was.Resources, c.ID)
	}
	return nil
}

func takenAway(scopes, resources []string, clientID string) *oauth.Error {
	return oauth.InvalidGrant().WithHintFunc(func() string {
		granted := strings.Join(slices.Concat(scopes, resources), " ")
		return "the client may no longer have what was granted (" + granted + "): symbolon client show " + clientID
	})
}
