package durable

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

const grantColumns = `g.id, g.client_id, g.user_id, g.session_id, g.offline, g.created_at, g.expires_at, g.idle_at,
	g.code_digest, g.code_expires_at, g.code_spent_at, g.seed, g.generation, g.rotated_at, g.revoked_at, g.revoked_why, g.details`

func grantFields(g *storage.Grant) []any {
	return []any{
		&g.ID, &g.ClientID, &g.UserID, &g.SessionID, &g.Offline, instant{&g.CreatedAt}, instant{&g.ExpiresAt}, instant{&g.IdleAt},
		&g.CodeDigest, instant{&g.CodeExpiresAt}, instant{&g.CodeSpentAt}, &g.Seed, &g.Generation, instant{&g.RotatedAt},
		instant{&g.RevokedAt}, &g.RevokedWhy, document{&g.GrantDetails},
	}
}

const insertGrant = `INSERT INTO grants (id, client_id, user_id, session_id, offline, created_at, expires_at, idle_at,
		code_digest, code_expires_at, code_spent_at, seed, generation, rotated_at, revoked_at, revoked_why, details)
	SELECT $1, c.id, u.id, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17
	FROM clients c, users u
	WHERE c.id = $2 AND c.disabled_at = 0 AND u.id = $3 AND u.disabled_at = 0
		AND ($4 = '' OR EXISTS (SELECT 1 FROM sessions s
			WHERE s.id = $4 AND s.user_id = $3 AND s.ended_at = 0 AND s.expires_at > $18 AND s.created_at >= ` + epoch + `))`

// spendForGrant fails when the single use is spent, and with it the whole batch.
const spendForGrant = `INSERT INTO spent (kind, digest, expires_at) SELECT $1, $2, $3 FROM grants g WHERE g.id = $4`

// AddGrant adds g together with the single use that entitles to it, unless spend.Value is empty.
// ErrNotFound when the user or client is missing or disabled, or the session is over; then nothing
// is spent. ErrSpent when the single use was used before.
func (d *DB) AddGrant(ctx context.Context, g storage.Grant, spend storage.Spent) error {
	values, err := grantValues(g)
	if err != nil {
		return fmt.Errorf("add grant: %w", err)
	}
	batch := []batched{{insertGrant, append(values, ms(d.Clock.Now()))}}
	if spend.Value != "" {
		batch = append(batch, batched{spendForGrant, []any{spend.Kind, storage.Digest(spend.Value), ms(spend.Until), g.ID}})
	}
	err = d.run(ctx, func(ctx context.Context) error {
		changed, err := d.db.Batch(ctx, batch)
		if err == nil && changed[0] == 0 {
			return storage.ErrNotFound
		}
		if len(changed) == 1 && err != nil && d.db.translate(err) == storage.ErrExists {
			return storage.ErrSpent
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("add grant: %w", err)
	}
	return nil
}

func grantValues(g storage.Grant) ([]any, error) {
	g.AuthTime = g.AuthTime.UTC()
	details, err := json.Marshal(g.GrantDetails)
	return []any{
		g.ID, g.ClientID, g.UserID, g.SessionID, g.Offline, ms(g.CreatedAt), ms(g.ExpiresAt), ms(g.IdleAt),
		blob(g.CodeDigest), ms(g.CodeExpiresAt), ms(g.CodeSpentAt), blob(g.Seed), g.Generation, ms(g.RotatedAt),
		ms(g.RevokedAt), g.RevokedWhy, string(details),
	}, err
}

// grantAlive holds when a grant g of user u and client c is alive, and its session s too unless it is to
// outlive it.
const grantAlive = `g.revoked_at = 0 AND u.disabled_at = 0 AND c.disabled_at = 0 AND g.created_at >= ` + epoch + `
	AND (g.offline OR g.session_id = '' OR (s.id IS NOT NULL AND s.ended_at = 0 AND s.expires_at > $2
		AND s.created_at >= ` + epoch + `))`

const selectGrant = `SELECT ` + grantColumns + `, ` + userColumns + `, (` + grantAlive + `)
	FROM grants g JOIN users u ON u.id = g.user_id JOIN clients c ON c.id = g.client_id
	LEFT JOIN sessions s ON s.id = g.session_id WHERE `

// Grant returns the grant, alive or not, with its user.
func (d *DB) Grant(ctx context.Context, id string) (storage.GrantState, error) {
	return d.grant(ctx, selectGrant+`g.id = $1`, id)
}

// GrantByCode returns the grant whose authorization code has this digest, alive or not, the code
// spent or not.
func (d *DB) GrantByCode(ctx context.Context, digest []byte) (storage.GrantState, error) {
	return d.grant(ctx, selectGrant+`g.code_digest = $1`, digest)
}

func (d *DB) grant(ctx context.Context, query string, key any) (storage.GrantState, error) {
	var g storage.GrantState
	fields := append(append(grantFields(&g.Grant), userFields(&g.User)...), &g.Alive)
	if err := d.queryRow(ctx, query, []any{key, ms(d.Clock.Now())}, fields...); err != nil {
		return storage.GrantState{}, fmt.Errorf("read grant: %w", err)
	}
	return g, nil
}

// grantsAlive is grantAlive for an UPDATE of grants, where the row itself is the only one locked.
const grantsAlive = `grants.revoked_at = 0 AND grants.created_at >= ` + epoch + `
	AND EXISTS (SELECT 1 FROM users u WHERE u.id = grants.user_id AND u.disabled_at = 0)
	AND EXISTS (SELECT 1 FROM clients c WHERE c.id = grants.client_id AND c.disabled_at = 0)
	AND (grants.offline OR grants.session_id = '' OR EXISTS (
		SELECT 1 FROM sessions s WHERE s.id = grants.session_id AND s.ended_at = 0 AND s.expires_at > $2
			AND s.created_at >= ` + epoch + `))`

// SpendCode uses the grant's authorization code up at the time at, which makes refresh token
// generation 1 the live one, until idleAt. ErrSpent when it was used before or has expired, or
// anything the grant depends on is not alive; of many callers one gets nil.
func (d *DB) SpendCode(ctx context.Context, grantID string, at, idleAt time.Time) error {
	err := d.execOne(ctx, storage.ErrSpent, `UPDATE grants SET code_spent_at = $2, generation = 1, rotated_at = $2, idle_at = $3
		WHERE id = $1 AND code_spent_at = 0 AND code_expires_at > $2 AND `+grantsAlive, grantID, ms(at), ms(idleAt))
	if err != nil {
		return fmt.Errorf("spend code: %w", err)
	}
	return nil
}

// RotateGrant makes the refresh token after generation the live one, until idleAt. ErrSpent when
// generation is not the live one, it has expired at the time at, or anything the grant depends on
// is not alive; of many callers one gets nil.
func (d *DB) RotateGrant(ctx context.Context, id string, generation int64, at, idleAt time.Time) error {
	err := d.execOne(ctx, storage.ErrSpent, `UPDATE grants SET generation = generation + 1, rotated_at = $2, idle_at = $3
		WHERE id = $1 AND generation = $4 AND code_spent_at > 0
			AND (expires_at = 0 OR expires_at > $2) AND (idle_at = 0 OR idle_at > $2) AND `+grantsAlive,
		id, ms(at), ms(idleAt), generation)
	if err != nil {
		return fmt.Errorf("rotate grant: %w", err)
	}
	return nil
}

// KeepGrant lets the refresh token of generation be the live one for longer, until idleAt. ErrSpent
// on the same conditions as RotateGrant; all of many callers may get nil.
func (d *DB) KeepGrant(ctx context.Context, id string, generation int64, at, idleAt time.Time) error {
	err := d.execOne(ctx, storage.ErrSpent, `UPDATE grants SET rotated_at = $2, idle_at = $3
		WHERE id = $1 AND generation = $4 AND code_spent_at > 0
			AND (expires_at = 0 OR expires_at > $2) AND (idle_at = 0 OR idle_at > $2) AND `+grantsAlive,
		id, ms(at), ms(idleAt), generation)
	if err != nil {
		return fmt.Errorf("keep grant: %w", err)
	}
	return nil
}
