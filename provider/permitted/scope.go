package permitted

import (
	"net/url"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/provider/userclaims"
	"github.com/symbolon-id/symbolon/storage"
)

// Scopes refuses what the client may not have. Of one that registered itself it omits what we
// advertise to all: such clients ask for all that is in scopes_supported, whatever they need (VS Code,
// Codex), and no operator can correct them. RFC 6749 section 3.3 allows it, and the token response says
// what was granted.
func Scopes(form url.Values, c storage.Client) ([]string, error) {
	asked := strings.Fields(form.Get("scope"))
	switch {
	case OnlyDetails(form):
		return nil, nil
	case len(asked) == 0:
		return c.ScopesByDefault(), nil
	}
	var granted []string
	for _, s := range asked {
		switch {
		case slices.Contains(c.Scopes, s):
			granted = append(granted, s)
		case !c.SelfRegistered() || !slices.Contains(AdvertisedScopes(), s):
			return nil, UnknownScope(oauth.Descriptions["invalid_scope"], asked, c)
		}
	}
	if len(granted) == 0 {
		return nil, UnknownScope(oauth.Descriptions["invalid_scope"], asked, c)
	}
	slices.Sort(granted)
	return slices.Compact(granted), nil
}

// UnknownScope refuses scopes that the client may not have.
func UnknownScope(description string, asked []string, c storage.Client) *oauth.Error {
	return oauth.Refuse("invalid_scope", description).WithHintFunc(func() string {
		return oauth.WordsDiffer("scope", asked, c.Scopes) + oauth.ToRegister(c, "--scope")
	})
}

// AdvertisedScopes returns those that mean the same at every deployment.
func AdvertisedScopes() []string {
	return append(append([]string{"openid"}, userclaims.Scopes()...), "offline_access")
}
