package users

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
	UserLogoutNotices(ctx context.Context, userID string) ([]storage.LogoutNotice, error)
	Events(ctx context.Context, f audit.Filter) ([]audit.Event, error)
}

// maxExported bounds the activity of one document; it is years of it.
const maxExported = 100_000

// NewDocument collects all that store keeps of u.
func NewDocument(ctx context.Context, store ExportStore, u storage.User, now time.Time) (Document, error) {
	d := Document{
		Format: Format, At: now.UTC().Truncate(time.Millisecond),
		User: ExportedUser{u.ID, u.Email, u.EmailVerified, u.SecondEmail, u.Name, append([]string{}, u.Groups...), u.Profile, u.CreatedAt, u.UpdatedAt, u.DisabledAt},
	}
	for _, collect := range []func(context.Context, ExportStore) error{d.factors, d.sessions, d.access, d.notices} {
		if err := collect(ctx, store); err != nil {
			return d, fmt.Errorf("export account: %w", err)
		}
	}
	events, err := store.Events(ctx, audit.Filter{UserID: u.ID, Limit: maxExported})
	if err != nil {
		return d, fmt.Errorf("export account: %w", err)
	}
	d.Activity = []audit.Event{}
	for _, e := range events {
		d.Activity = append(d.Activity, e.WithoutOperator())
	}
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
			ID: g.ID, ClientID: g.ClientID, SessionID: g.SessionID, RedirectURI: g.RedirectURI,
			Scopes: listed(g.Scopes), Resources: listed(g.Resources), Details: g.AuthorizationDetails, Claims: g.Named, Offline: g.Offline,
			ACR: g.ACR, AMR: listed(g.AMR), AuthTime: g.AuthTime, CreatedAt: g.CreatedAt, LastUsedAt: g.RotatedAt, ExpiresAt: g.ExpiresAt,
		})
	}
	return err
}

func (d *Document) notices(ctx context.Context, store ExportStore) error {
	notices, err := store.UserLogoutNotices(ctx, d.User.ID)
	d.Notices = []ExportedNotice{}
	for _, n := range notices {
		d.Notices = append(d.Notices, ExportedNotice{n.ClientID, n.SessionID, n.EndedAt, n.Tries, n.ExpiresAt})
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
