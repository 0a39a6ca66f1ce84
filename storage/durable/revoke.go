package durable

import (
	"context"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// RevokeGrant ends the grant and all that was issued from it. To revoke it again, or one that does
// not exist, changes nothing.
func (d *DB) RevokeGrant(ctx context.Context, id string, at time.Time, why string) error {
	_, err := d.exec(ctx, `UPDATE grants SET revoked_at = $2, revoked_why = $3 WHERE id = $1 AND revoked_at = 0`, id, ms(at), why)
	if err != nil {
		return fmt.Errorf("revoke grant: %w", err)
	}
	return nil
}

const revokeGrants = `UPDATE grants SET revoked_at = $4, revoked_why = $5
	WHERE user_id = $1 AND ($2 = '' OR client_id = $2) AND ($3 = '' OR session_id = $3) AND revoked_at = 0`

// RevokeGrants ends the user's grants to a client, from a session, or both; an empty id does not
// narrow. It returns how many it ended.
func (d *DB) RevokeGrants(ctx context.Context, userID, clientID, sessionID string, at time.Time, why string) (int, error) {
	n, err := d.exec(ctx, revokeGrants, userID, clientID, sessionID, ms(at), why)
	if err != nil {
		return 0, fmt.Errorf("revoke grants: %w", err)
	}
	return int(n), nil
}

// RevokeClientGrants ends all grants of the client, for this reason. They may be very many, so it goes in
// batches; interrupted, it can be repeated.
func (d *DB) RevokeClientGrants(ctx context.Context, clientID, why string) error {
	_, err := d.inBatches(ctx, `UPDATE grants SET revoked_at = $3, revoked_why = $4
		WHERE id IN (SELECT id FROM grants WHERE client_id = $2 AND revoked_at = 0 LIMIT $1)`, clientID, ms(d.Clock.Now()), why)
	if err != nil {
		return fmt.Errorf("revoke grants of client: %w", err)
	}
	return nil
}

// grantLasts holds when tokens were issued from the grant, and more can be.
const grantLasts = `g.code_spent_at > 0 AND (g.expires_at = 0 OR g.expires_at > $2) AND (g.idle_at = 0 OR g.idle_at > $2) AND ` + grantAlive

// UserGrants returns the user's grants that are alive and whose refresh family has not run out,
// the newest first.
func (d *DB) UserGrants(ctx context.Context, userID string) ([]storage.Grant, error) {
	grants, err := list(ctx, d, `SELECT `+grantColumns+`
		FROM grants g JOIN users u ON u.id = g.user_id JOIN clients c ON c.id = g.client_id
		LEFT JOIN sessions s ON s.id = g.session_id
		WHERE g.user_id = $1 AND `+grantLasts+` ORDER BY g.created_at DESC, g.id`,
		[]any{userID, ms(d.Clock.Now())},
		func(row scan) (g storage.Grant, err error) { return g, row(grantFields(&g)...) })
	if err != nil {
		return nil, fmt.Errorf("list grants: %w", err)
	}
	return grants, nil
}
