package users

import (
	"encoding/json"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

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
	Notices  []ExportedNotice `json:"logout_notices"`
	Activity []audit.Event    `json:"activity"` // newest first
}

// ExportedUser is the profile.
type ExportedUser struct {
	ID            string          `json:"user_id"`
	Email         string          `json:"email"`
	EmailVerified bool            `json:"email_verified"`
	SecondEmail   string          `json:"second_email"` // empty: none
	Name          string          `json:"name"`
	Groups        []string        `json:"groups"`
	Profile       storage.Profile `json:"profile"`
	CreatedAt     time.Time       `json:"created_at"`
	UpdatedAt     time.Time       `json:"updated_at"`
	DisabledAt    time.Time       `json:"disabled_at,omitzero"`
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
	ID          string               `json:"grant_id"`
	ClientID    string               `json:"client_id"`
	SessionID   string               `json:"session_id"`
	RedirectURI string               `json:"redirect_uri"`
	Scopes      []string             `json:"scopes"`
	Resources   []string             `json:"resources"`
	Details     json.RawMessage      `json:"authorization_details,omitempty"`
	Claims      *storage.NamedClaims `json:"claims,omitempty"`
	Offline     bool                 `json:"offline"`
	ACR         string               `json:"acr"`
	AMR         []string             `json:"amr"`
	AuthTime    time.Time            `json:"auth_time"`
	CreatedAt   time.Time            `json:"created_at"`
	LastUsedAt  time.Time            `json:"last_used_at,omitzero"`
	ExpiresAt   time.Time            `json:"expires_at,omitzero"`
}

// ExportedNotice tells an app that a session has ended; it waits to be delivered.
type ExportedNotice struct {
	ClientID  string    `json:"client_id"`
	SessionID string    `json:"session_id"`
	EndedAt   time.Time `json:"ended_at"`
	Tries     int       `json:"tries"`
	ExpiresAt time.Time `json:"expires_at"`
}
