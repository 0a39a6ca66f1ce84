package provider

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"github.com/symbolon-id/symbolon/details"
	"github.com/symbolon-id/symbolon/storage"
)

// Authorization details (RFC 9396) say more exactly than scopes what is to be allowed: this payment,
// these files. What types there are, and what they hold, is the operator's to say (package details).
// A person is asked each time, a grant keeps what was allowed, and tokens carry it, or the part of it
// that a token request names.

// checkDetails is RFC 9396 section 5: all of it is known and allowed to this client, or the request
// is refused before anybody signs in.
func (e *authorizeEndpoint) checkDetails(v *validRequest) (err error) {
	v.Details, err = askedDetails(e.types, url.Values(v.Form), v.client)
	return err
}

// askedDetails are those that a request names, nil for none.
func askedDetails(types *details.Types, form url.Values, c storage.Client) (json.RawMessage, error) {
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

func badDetails(why string) *Error { return refuse("invalid_authorization_details", why) }

func unknownDetails(why string, c storage.Client) *Error {
	return badDetails(why).withHintFunc(func() string {
		registered := cmp.Or(strings.Join(c.DetailTypes, " "), "none")
		return "types registered for this client: " + registered + toRegister(c, "--authorization-details-type")
	})
}

// narrowDetails is what a token gets of what was granted: what the request names, which must lie
// within that (RFC 9396 section 6), or all.
func narrowDetails(types *details.Types, form url.Values, granted json.RawMessage, c storage.Client) (json.RawMessage, error) {
	asked, err := askedDetails(types, form, c)
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

// saysDetails: who says exactly what is wanted does not want the default scopes as well.
func saysDetails(form url.Values) bool {
	return form.Get("scope") == "" && form.Get("authorization_details") != ""
}
