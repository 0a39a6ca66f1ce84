package grant

import (
	"time"

	"github.com/ory/fosite"

	"github.com/symbolon-id/symbolon/provider/clientauth"
	"github.com/symbolon-id/symbolon/provider/token"
)

// tokenSession carries one token request through fosite's pipeline. It is never stored; storage.Grant is.
type tokenSession struct {
	token.Statement
	proof   *clientauth.Proof // that the client holds a key to bind tokens to, if it sent one
	refresh string            // the refresh token to hand out, if any
}

var _ fosite.Session = (*tokenSession)(nil)

// SetExpiresAt ignores what fosite would fill in: a statement says when its token expires.
func (s *tokenSession) SetExpiresAt(fosite.TokenType, time.Time) {}

// GetExpiresAt returns when the access token expires; nothing else of this session does.
func (s *tokenSession) GetExpiresAt(key fosite.TokenType) time.Time {
	if key == fosite.AccessToken {
		return s.Expires
	}
	return time.Time{}
}

// GetUsername returns "": names are for the user, not for fosite.
func (s *tokenSession) GetUsername() string { return "" }

// GetSubject returns the id of the user, "" for a client's own token.
func (s *tokenSession) GetSubject() string { return s.User.ID }

// Clone keeps what fosite does with a copy away from the original; its own deep copy loses fields.
func (s *tokenSession) Clone() fosite.Session {
	copied := *s
	return &copied
}

// codeSession carries one authorization through fosite's pipeline: what its code will represent.
type codeSession struct{ Authorization }

var _ fosite.Session = (*codeSession)(nil)

func (s *codeSession) SetExpiresAt(fosite.TokenType, time.Time) {}

func (s *codeSession) GetExpiresAt(fosite.TokenType) time.Time { return time.Time{} }

func (s *codeSession) GetUsername() string { return "" }

func (s *codeSession) GetSubject() string { return s.UserID }

func (s *codeSession) Clone() fosite.Session {
	copied := *s
	return &copied
}
