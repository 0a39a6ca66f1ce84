package account

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

// ExportStore finds all that is kept of a person.
type ExportStore interface {
	Passkeys(ctx context.Context, userID string) ([]storage.Passkey, error)
	TOTP(ctx context.Context, userID string) (storage.TOTP, error)
	RecoveryCodesLeft(ctx context.Context, userID string) (int, error)
	UserSessions(ctx context.Context, userID string) ([]storage.Session, error)
	UserConsents(ctx context.Context, userID string) ([]storage.Consent, error)
	UserGrants(ctx context.Context, userID string) ([]storage.Grant, error)
	Events(ctx context.Context, f audit.Filter) ([]audit.Event, error)
}

// Format names the export's form. A field may be added without a new one, never renamed.
const Format = "symbolon-account-1"

// Document is all that is kept of a person, as docs/account-export.md explains it. It holds no
// digests and no sealed values: they tell the person nothing.
type Document struct {
	Format   string           `json:"format"`
	At       time.Time        `json:"exported_at"`
	User     ExportedUser     `json:"user"`
	Passkeys []ExportedKey    `json:"passkeys"`
	App      *ExportedApp     `json:"authenticator_app"` // null: none
	Codes    int              `json:"recovery_codes_left"`
	Sessions []ExportedSignIn `json:"sessions"`
	Consents []ExportedAllow  `json:"consents"`
	Grants   []ExportedGrant  `json:"grants"`
	Activity []audit.Event    `json:"activity"` // newest first
}

// ExportedUser is the profile.
type ExportedUser struct {
	ID            string    `json:"user_id"`
	Email         string    `json:"email"`
	EmailVerified bool      `json:"email_verified"`
	Name          string    `json:"name"`
	CreatedAt     time.Time `json:"created_at"`
	UpdatedAt     time.Time `json:"updated_at"`
	DisabledAt    time.Time `json:"disabled_at,omitzero"`
}

// ExportedKey is a passkey.
type ExportedKey struct {
	ID           string    `json:"passkey_id"`
	CredentialID string    `json:"credential_id"` // base64url
	Name         string    `json:"name"`
	Synced       bool      `json:"synced"`
	Uses         uint32    `json:"sign_count"`
	CreatedAt    time.Time `json:"created_at"`
	LastUsedAt   time.Time `json:"last_used_at,omitzero"`
}

// ExportedApp is an authenticator app.
type ExportedApp struct {
	CreatedAt   time.Time `json:"created_at"`
	ConfirmedAt time.Time `json:"confirmed_at,omitzero"`
	LastUsedAt  time.Time `json:"last_used_at,omitzero"`
}

// ExportedSignIn is a session.
type ExportedSignIn struct {
	ID         string    `json:"session_id"`
	Browser    string    `json:"browser"`
	Network    string    `json:"network"`
	ACR        string    `json:"acr"`
	AMR        []string  `json:"amr"`
	CreatedAt  time.Time `json:"created_at"`
	AuthTime   time.Time `json:"auth_time"`
	LastSeenAt time.Time `json:"last_seen_at"`
	ExpiresAt  time.Time `json:"expires_at"`
}

// ExportedAllow is what was allowed to an app.
type ExportedAllow struct {
	ClientID     string    `json:"client_id"`
	RedirectHost string    `json:"redirect_host"`
	Resource     string    `json:"resource"`
	Scopes       []string  `json:"scopes"`
	GrantedAt    time.Time `json:"granted_at"`
}

// ExportedGrant is access an app has now.
type ExportedGrant struct {
	ID         string    `json:"grant_id"`
	ClientID   string    `json:"client_id"`
	SessionID  string    `json:"session_id"`
	Scopes     []string  `json:"scopes"`
	Resources  []string  `json:"resources"`
	Offline    bool      `json:"offline"`
	CreatedAt  time.Time `json:"created_at"`
	LastUsedAt time.Time `json:"last_used_at,omitzero"`
	ExpiresAt  time.Time `json:"expires_at,omitzero"`
}

// maxExported bounds the activity of one document; it is years of it.
const maxExported = 100_000

// NewDocument collects all that store keeps of u.
func NewDocument(ctx context.Context, store ExportStore, u storage.User, now time.Time) (Document, error) {
	d := Document{
		Format: Format, At: now.UTC().Truncate(time.Millisecond),
		User: ExportedUser{u.ID, u.Email, u.EmailVerified, u.Name, u.CreatedAt, u.UpdatedAt, u.DisabledAt},
	}
	for _, collect := range []func(context.Context, ExportStore) error{d.factors, d.sessions, d.access} {
		if err := collect(ctx, store); err != nil {
			return d, fmt.Errorf("export account: %w", err)
		}
	}
	events, err := store.Events(ctx, audit.Filter{UserID: u.ID, Limit: maxExported})
	if err != nil {
		return d, fmt.Errorf("export account: %w", err)
	}
	d.Activity = listed(events)
	return d, nil
}

func (d *Document) factors(ctx context.Context, store ExportStore) error {
	passkeys, err := store.Passkeys(ctx, d.User.ID)
	if err != nil {
		return err
	}
	d.Passkeys = []ExportedKey{}
	for _, p := range passkeys {
		id := base64.RawURLEncoding.EncodeToString(p.CredentialID)
		d.Passkeys = append(d.Passkeys, ExportedKey{p.ID, id, p.Name, p.Synced, p.SignCount, p.CreatedAt, p.LastUsedAt})
	}
	t, err := store.TOTP(ctx, d.User.ID)
	if err == nil {
		d.App = &ExportedApp{t.CreatedAt, t.ConfirmedAt, t.LastUsedAt}
	}
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	d.Codes, err = store.RecoveryCodesLeft(ctx, d.User.ID)
	return err
}

func (d *Document) sessions(ctx context.Context, store ExportStore) error {
	sessions, err := store.UserSessions(ctx, d.User.ID)
	d.Sessions = []ExportedSignIn{}
	for _, s := range sessions {
		d.Sessions = append(d.Sessions, ExportedSignIn{
			s.ID, s.UserAgent, s.Network, s.ACR, listed(s.AMR), s.CreatedAt, s.AuthTime, s.LastSeenAt, s.ExpiresAt,
		})
	}
	return err
}

func (d *Document) access(ctx context.Context, store ExportStore) error {
	consents, err := store.UserConsents(ctx, d.User.ID)
	if err != nil {
		return err
	}
	d.Consents, d.Grants = []ExportedAllow{}, []ExportedGrant{}
	for _, c := range consents {
		d.Consents = append(d.Consents, ExportedAllow{c.ClientID, c.RedirectHost, c.Resource, listed(c.Scopes), c.GrantedAt})
	}
	grants, err := store.UserGrants(ctx, d.User.ID)
	for _, g := range grants {
		d.Grants = append(d.Grants, ExportedGrant{
			g.ID, g.ClientID, g.SessionID, listed(g.Scopes), listed(g.Resources), g.Offline, g.CreatedAt, g.RotatedAt, g.ExpiresAt,
		})
	}
	return err
}

// listed is a list in JSON even when it is empty.
func listed[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}
