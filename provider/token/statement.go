package token

import (
	"encoding/json"
	"time"

	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
)

// Statement is what the tokens of one response say.
type Statement struct {
	At       time.Time     // when they are issued
	Expires  time.Time     // until when the access token is valid
	User     storage.User  // zero: the client itself
	Grant    storage.Grant // zero: client credentials
	Scopes   []string
	Audience []string
	Details  json.RawMessage // authorization details (RFC 9396)
	Nonce    string          // of the authorization request, for the first ID token; "" for none
	Holder   string          // the key or certificate that they are bound to, "" for none
}

// Confirms returns the cnf of the tokens, nil when they are bound to nothing.
func (s *Statement) Confirms() *oauth.Confirmation { return oauth.BoundTo(s.Holder) }
