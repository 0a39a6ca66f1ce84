package durable

import (
	"context"
	"fmt"
	"time"
)

// ForgetConsents makes everybody be asked again for the client. What was issued stays.
func (d *DB) ForgetConsents(ctx context.Context, clientID string) error {
	_, err := d.inBatches(ctx, `DELETE FROM consents WHERE (user_id, client_id, redirect_host, resource, scope) IN (
		SELECT user_id, client_id, redirect_host, resource, scope FROM consents WHERE client_id = $2 LIMIT $1)`, clientID)
	if err != nil {
		return fmt.Errorf("forget consents: %w", err)
	}
	return nil
}

// SweepUnusedClients removes at most batch of the clients that no operator registered, have not
// changed since before, and of whom nobody has anything: no grant, no consent. Disabled ones stay,
// since they would come back enabled.
func (d *DB) SweepUnusedClients(ctx context.Context, before time.Time, batch int) (int, error) {
	n, err := d.exec(ctx, `DELETE FROM clients WHERE id IN (SELECT c.id FROM clients c
		WHERE (substr(c.id, 1, 6) = 'c_dyn_' OR substr(c.id, 1, 8) = 'https://' OR substr(c.id, 1, 7) = 'http://') AND c.disabled_at = 0 AND c.updated_at < $1
			AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.client_id = c.id)
			AND NOT EXISTS (SELECT 1 FROM consents k WHERE k.client_id = c.id) LIMIT $2)`, ms(before), int64(batch))
	if err != nil {
		return 0, fmt.Errorf("sweep unused clients: %w", err)
	}
	return int(n), nil
}

// ForgetConsent makes one user be asked again for the client. What was issued stays.
func (d *DB) ForgetConsent(ctx context.Context, userID, clientID string) error {
	_, err := d.exec(ctx, `DELETE FROM consents WHERE user_id = $1 AND client_id = $2`, userID, clientID)
	if err != nil {
		return fmt.Errorf("forget consent: %w", err)
	}
	return nil
}
