package clients

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

// Apps keeps the applications people sign in to.
type Apps struct{ Registry }

// NewApps returns the apps in store; see NewAgents.
func NewApps(store Store, recorder Recorder) *Apps {
	return &Apps{Registry{kind: storage.KindApp, store: store, audit: recorder}}
}

// App is what its owner chooses of a new application.
type App struct {
	ID   string // empty: one is made
	Name string
	storage.ClientMetadata
	SecretExpiresAt time.Time // zero: the first secret does not expire; public apps have none
}

// Create registers an app, and its first secret unless it is public. Without grant types it gets
// authorization_code and refresh_token, without scopes DefaultAppScopes.
func (s *Apps) Create(ctx context.Context, by audit.Actor, a App) (Issued, error) {
	if len(a.GrantTypes) == 0 {
		a.GrantTypes = []string{GrantAuthorizationCode, GrantRefreshToken}
	}
	if len(a.Scopes) == 0 {
		a.Scopes = DefaultAppScopes()
	}
	if a.ID == "" {
		a.ID = storage.NewID(storage.ClientPrefix)
	} else if err := s.checkID(ctx, a.ID); err != nil {
		return Issued{}, err
	}
	return s.create(ctx, by, a.ID, a.Name, a.SecretExpiresAt, a.ClientMetadata)
}

// DefaultAppScopes are the scopes of an app that names none.
func DefaultAppScopes() []string {
	return []string{"openid", "profile", "email", "offline_access"}
}

const maxID = 120

// checkID refuses an id that means something else: that of a user or an agent, for both can be the sub
// of a token; of a client that registered itself; the address of a document.
func (s *Apps) checkID(ctx context.Context, id string) error {
	switch {
	case len(id) > maxID || strings.ContainsFunc(id, notInID):
		return invalid("client_id", "may hold up to %d letters, digits and - . _ ~ : @", maxID)
	case hasPrefix(id, storage.UserPrefix, storage.AgentPrefix, storage.DynamicPrefix):
		return invalid("client_id", "begins like an id of something else; choose another")
	}
	_, err := s.store.Client(ctx, id)
	switch {
	case err == nil:
		return invalid("client_id", "%s is registered already", id)
	case !errors.Is(err, storage.ErrNotFound):
		return err
	}
	return nil
}

// notInID leaves out what URLs, logs and shells take for something else.
func notInID(r rune) bool {
	alphanumeric := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
	return !alphanumeric && !strings.ContainsRune("-._~:@", r)
}

func hasPrefix(id string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(id, prefix) })
}
