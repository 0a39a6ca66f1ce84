package durable

import (
	"context"
	"fmt"
	"slices"

	"github.com/symbolon-id/symbolon/storage"
)

// Consented returns the scopes the user allowed the client at this redirect host for this
// resource, sorted; none is no error.
func (d *DB) Consented(ctx context.Context, userID, clientID, redirectHost, resource string) ([]string, error) {
	scopes, err := list(ctx, d, `SELECT k.scope FROM consents k
		WHERE k.user_id = $1 AND k.client_id = $2 AND k.redirect_host = $3 AND k.resource = $4 ORDER BY k.scope`,
		[]any{userID, clientID, redirectHost, resource},
		func(row scan) (scope string, err error) { return scope, row(&scope) })
	if err != nil {
		return nil, fmt.Errorf("read consent: %w", err)
	}
	return scopes, nil
}

// AddConsent adds c's scopes to those allowed before. ErrNotFound when the user or the client does
// not exist any more.
func (d *DB) AddConsent(ctx context.Context, c storage.Consent) error {
	err := d.tx(ctx, func(ctx context.Context, q queryer) error {
		for _, scope := range slices.Sorted(slices.Values(c.Scopes)) { // one order: no deadlock
			_, err := q.Exec(ctx, `INSERT INTO consents (user_id, client_id, redirect_host, resource, scope, granted_at)
				VALUES ($1, $2, $3, $4, $5, $6)
				ON CONFLICT (user_id, client_id, redirect_host, resource, scope) DO UPDATE SET granted_at = $6`,
				c.UserID, c.ClientID, c.RedirectHost, c.Resource, scope, ms(c.GrantedAt))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("add consent: %w", err)
	}
	return nil
}

// WithdrawConsent forgets everything the user allowed the client, and revokes the grants made of it.
func (d *DB) WithdrawConsent(ctx context.Context, userID, clientID string) error {
	err := d.tx(ctx, func(ctx context.Context, q queryer) error {
		_, err := q.Exec(ctx, `DELETE FROM consents WHERE user_id = $1 AND client_id = $2`, userID, clientID)
		if err != nil {
			return err
		}
		_, err = q.Exec(ctx, revokeGrants, userID, clientID, "", ms(d.Clock.Now()), "consent withdrawn")
		return err
	})
	if err != nil {
		return fmt.Errorf("withdraw consent: %w", err)
	}
	return nil
}

// UserConsents returns all the user allowed, by client. GrantedAt is when it was last confirmed.
func (d *DB) UserConsents(ctx context.Context, userID string) ([]storage.Consent, error) {
	rows, err := list(ctx, d, `SELECT k.user_id, k.client_id, k.redirect_host, k.resource, k.scope, k.granted_at FROM consents k
		WHERE k.user_id = $1 ORDER BY k.client_id, k.redirect_host, k.resource, k.scope`, []any{userID}, scanConsent)
	if err != nil {
		return nil, fmt.Errorf("list consents: %w", err)
	}
	var all []storage.Consent
	for _, c := range rows {
		last := len(all) - 1
		if last < 0 || all[last].ClientID != c.ClientID || all[last].RedirectHost != c.RedirectHost || all[last].Resource != c.Resource {
			all = append(all, c)
			continue
		}
		all[last].Scopes = append(all[last].Scopes, c.Scopes...)
		if c.GrantedAt.After(all[last].GrantedAt) {
			all[last].GrantedAt = c.GrantedAt
		}
	}
	return all, nil
}

// scanConsent reads one row, which is one scope.
func scanConsent(row scan) (c storage.Consent, err error) {
	c.Scopes = make([]string, 1)
	return c, row(&c.UserID, &c.ClientID, &c.RedirectHost, &c.Resource, &c.Scopes[0], instant{&c.GrantedAt})
}
