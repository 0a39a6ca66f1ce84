package durable

import (
	"context"
	"fmt"
	"time"
)

// ForgetConsents makes every user be asked again for the client. What was issued stays.
func (d *DB) ForgetConsents(ctx context.Context, clientID string) error {
	_, err := d.inBatches(ctx, `DELETE FROM consents WHERE (user_id, client_id, redirect_host, resource, scope) IN (
		SELECT user_id, client_id, redirect_host, resource, scope FROM consents WHERE client_id = $2 LIMIT $1)`, clientID)
	if err != nil {
		return fmt.Errorf("forget consents: %w", err)
	}
	return nil
}

// selfRegistered tests whether the column holds the id of a client that no operator registered.
func selfRegistered(column string) string {
	return fmt.Sprintf(`(substr(%[1]s, 1, 6) = 'c_dyn_' OR substr(%[1]s, 1, 8) = 'https://' OR substr(%[1]s, 1, 7) = 'http://')`, column)
}

// unused are the clients that no operator registered, and that no user has anything of: no grant, no
// consent. Disabled ones are not, since they would come back enabled.
var unused = selfRegistered("c.id") + ` AND c.disabled_at = 0
	AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.client_id = c.id)
	AND NOT EXISTS (SELECT 1 FROM consents k WHERE k.client_id = c.id)`

// SweepUnusedClients removes the unused clients that have not changed since before, and of the others
// all but the newest most, so that registering fills no database. It returns how many. They are found by
// reading: while a statement that deletes looks for them, every other writer on SQLite waits.
func (d *DB) SweepUnusedClients(ctx context.Context, before time.Time, most int) (int, error) {
	removed := 0
	for {
		ids, err := list(ctx, d, `SELECT c.id FROM clients c WHERE `+unused+` AND (c.updated_at < $1 OR c.id NOT IN (
				SELECT c.id FROM clients c WHERE `+unused+` ORDER BY c.updated_at DESC, c.id LIMIT $2)) LIMIT $3`,
			[]any{ms(before), int64(most), int64(batchSize)}, func(row scan) (id string, err error) { return id, row(&id) })
		if err != nil {
			return removed, fmt.Errorf("find unused clients: %w", err)
		}
		for _, id := range ids {
			n, err := d.exec(ctx, `DELETE FROM clients AS c WHERE c.id = $1 AND `+unused, id)
			if err != nil {
				return removed, fmt.Errorf("sweep unused clients: %w", err)
			}
			removed += int(n)
		}
		if len(ids) < batchSize {
			return removed, nil
		}
	}
}

// ForgetConsent makes one user be asked again for the client. What was issued stays.
func (d *DB) ForgetConsent(ctx context.Context, userID, clientID string) error {
	_, err := d.exec(ctx, `DELETE FROM consents WHERE user_id = $1 AND client_id = $2`, userID, clientID)
	if err != nil {
		return fmt.Errorf("forget consent: %w", err)
	}
	return nil
}
