package provider

import (
	"encoding/json"
	"maps"
	"time"

	"github.com/ory/fosite"

	"github.com/symbolon-id/symbolon/storage"
)

// tokenSession carries one request through fosite's pipeline: what is to be issued, and from which
// grant. It is never stored; storage.Grant is.
type tokenSession struct {
	now      time.Time
	issuing  *validRequest // at /authorize
	spend    storage.Spent // by making its code
	user     storage.User
	grant    storage.Grant // zero for client credentials
	scopes   []string      // of the tokens of this response
	audience []string
	details  json.RawMessage // authorization details of these tokens
	refresh  string          // the refresh token to hand out, if any
	proof    *proof          // that the client holds a key to bind tokens to, if it sent one
	x5t      string          // thumbprint of the certificate to bind tokens to, "" for none
	expires  map[fosite.TokenType]time.Time
}

var _ fosite.Session = (*tokenSession)(nil)

func (s *tokenSession) SetExpiresAt(key fosite.TokenType, at time.Time) {
	if s.expires == nil {
		s.expires = map[fosite.TokenType]time.Time{}
	}
	s.expires[key] = at
}

func (s *tokenSession) GetExpiresAt(key fosite.TokenType) time.Time { return s.expires[key] }
func (s *tokenSession) GetUsername() string                         { return "" }
func (s *tokenSession) GetSubject() string                          { return s.user.ID }

// Clone keeps what fosite does with a copy away from the original; its own deep copy loses fields.
func (s *tokenSession) Clone() fosite.Session {
	copied := *s
	copied.expires = maps.Clone(s.expires)
	return &copied
}
