package agents

import (
	"context"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// Apps keeps the applications people sign in to.
type Apps struct{ Registry }

// NewApps returns the apps in store; see New.
func NewApps(store Store, recorder Recorder, via string) *Apps {
	return &Apps{Registry{kind: storage.KindApp, store: store, audit: recorder, via: via, now: time.Now}}
}

// App is what its owner chooses of a new application.
type App struct {
	Name string
	storage.ClientMetadata
	SecretExpiresAt time.Time // zero: the first secret does not expire; public apps have none
}

// Create registers an app, and its first secret unless it is public. Without grant types it gets
// authorization_code and refresh_token, without scopes DefaultAppScopes.
func (s *Apps) Create(ctx context.Context, a App) (Issued, error) {
	if len(a.GrantTypes) == 0 {
		a.GrantTypes = []string{GrantAuthorizationCode, GrantRefreshToken}
	}
	if len(a.Scopes) == 0 {
		a.Scopes = DefaultAppScopes()
	}
	return s.create(ctx, storage.ClientPrefix, a.Name, a.SecretExpiresAt, a.ClientMetadata)
}

// DefaultAppScopes are the scopes of an app that names none.
func DefaultAppScopes() []string {
	return []string{"openid", "profile", "email", "offline_access"}
}
