package permitted

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"github.com/symbolon-id/symbolon/details"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
)

// Details returns those that a request names, nil for none.
func Details(types *details.Types, form url.Values, c storage.Client) (json.RawMessage, error) {
	text := form.Get("authorization_details")
	if text == "" {
		return nil, nil
	}
	asked, err := types.Asked(text, c.DetailTypes)
	if wrong, ok := errors.AsType[details.Malformed](err); ok {
		return nil, unknownDetails(wrong.Why, c)
	}
	return asked, err
}

func badDetails(why string) *oauth.Error { return oauth.Refuse("invalid_authorization_details", why) }

func unknownDetails(why string, c storage.Client) *oauth.Error {
	return badDetails(why).WithHintFunc(func() string {
		registered := cmp.Or(strings.Join(c.DetailTypes, " "), "none")
		return "types registered for this client: " + registered + oauth.ToRegister(c, "--authorization-details-type")
	})
}

// NarrowDetails returns what a token gets of what was granted: what the request names, which must lie
// within that (RFC 9396 section 6), or all.
func NarrowDetails(types *details.Types, form url.Values, granted json.RawMessage, c storage.Client) (json.RawMessage, error) {
	asked, err := Details(types, form, c)
	switch {
	case err != nil:
		return nil, err
	case asked == nil:
		return granted, nil
	case !details.Within(asked, granted):
		return nil, badDetails("The authorization_details exceed what was granted.")
	}
	return asked, nil
}

// OnlyDetails reports whether the request has authorization details and no scope: it says exactly what is
// wanted, and does not want the default scopes as well.
func OnlyDetails(form url.Values) bool {
	return form.Get("scope") == "" && form.Get("authorization_details") != ""
}
