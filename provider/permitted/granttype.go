package permitted

import (
	"strings"

	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
)

// UnregisteredGrant refuses a grant type that the client is not registered for.
func UnregisteredGrant(grantType string, c storage.Client) *oauth.Error {
	return oauth.Refuse("unauthorized_client", oauth.Descriptions["unauthorized_client"]).WithHintFunc(func() string {
		return "requested " + grantType + ", registered " + strings.Join(c.GrantTypes, " ") + oauth.ToRegister(c, "--grant-type")
	})
}
