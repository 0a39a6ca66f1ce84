package authorize

import (
	"encoding/json"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/provider/oauth"
)

// parametersIn reads the claims of a request object as parameters, as strictly as those of a form.
func parametersIn(claims []byte) (oauth.Params, *oauth.Error) {
	var members map[string]json.RawMessage
	if keys.Unmarshal(claims, &members) != nil {
		return nil, badObject("Its claims are malformed.")
	}
	if members["request"] != nil || members["request_uri"] != nil {
		return nil, badObject("It must not contain request or request_uri.")
	}
	form, fault, ok := oauth.ReadMembers(members)
	if !ok {
		return nil, badObject("A parameter in it has a value of the wrong type.")
	}
	return form, fault
}
