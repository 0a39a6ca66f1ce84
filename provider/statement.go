package provider

import (
	"encoding/json"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// statement is what the tokens of one response say.
type statement struct {
	at       time.Time     // when they are issued
	expires  time.Time     // until when the access token is valid
	user     storage.User  // zero: the client itself
	grant    storage.Grant // zero: client credentials
	scopes   []string
	audience []string
	details  json.RawMessage // authorization details (RFC 9396)
	holder   string          // the key or certificate that they are bound to, "" for none
}

// confirms returns the cnf of the tokens, nil when they are bound to nothing.
func (s *statement) confirms() *confirmation { return boundTo(s.holder) }
