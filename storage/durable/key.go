package durable

import (
	"context"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// SigningKeys returns all keys that were not dropped, revoked ones too, by algorithm and serial.
func (d *DB) SigningKeys(ctx context.Context) ([]storage.SigningKey, error) {
	keys, err := list(ctx, d, `SELECT k.kid, k.alg, k.serial, k.sealed, k.created_at, k.signs_from, k.revoked_at
		FROM signing_keys k ORDER BY k.alg, k.serial`, nil,
		func(row scan) (k storage.SigningKey, err error) {
			return k, row(&k.KID, &k.Alg, &k.Serial, &k.Sealed, instant{&k.CreatedAt}, instant{&k.SignsFrom}, instant{&k.RevokedAt})
		})
	if err != nil {
		return nil, fmt.Errorf("list signing keys: %w", err)
	}
	return keys, nil
}

// AddSigningKey adds k. ErrExists when the algorithm has a key with this serial already: of many
// nodes adding the next key, one does.
func (d *DB) AddSigningKey(ctx context.Context, k storage.SigningKey) error {
	err := d.execOne(ctx, storage.ErrExists, `INSERT INTO signing_keys (kid, alg, serial, sealed, created_at, signs_from, revoked_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		k.KID, k.Alg, k.Serial, k.Sealed, ms(k.CreatedAt), ms(k.SignsFrom), ms(k.RevokedAt))
	if err != nil {
		return fmt.Errorf("add signing key: %w", err)
	}
	return nil
}

// PromoteSigningKey lets the key sign from signsFrom on, unless it does from an earlier time.
func (d *DB) PromoteSigningKey(ctx context.Context, kid string, signsFrom time.Time) error {
	_, err := d.exec(ctx, `UPDATE signing_keys SET signs_from = $2 WHERE kid = $1 AND signs_from > $2 AND revoked_at = 0`,
		kid, ms(signsFrom))
	if err != nil {
		return fmt.Errorf("promote signing key: %w", err)
	}
	return nil
}

// ResealSigningKey replaces how the key is sealed, unless another node has done so: that is as good.
func (d *DB) ResealSigningKey(ctx context.Context, kid string, before, after []byte) error {
	if _, err := d.exec(ctx, `UPDATE signing_keys SET sealed = $3 WHERE kid = $1 AND sealed = $2`, kid, before, after); err != nil {
		return fmt.Errorf("reseal signing key: %w", err)
	}
	return nil
}

// RevokeSigningKey marks the key as not to be trusted, for good. ErrNotFound when there is none.
func (d *DB) RevokeSigningKey(ctx context.Context, kid string, at time.Time) error {
	err := d.execOne(ctx, storage.ErrNotFound,
		`UPDATE signing_keys SET revoked_at = CASE WHEN revoked_at = 0 THEN $2 ELSE revoked_at END WHERE kid = $1`, kid, ms(at))
	if err != nil {
		return fmt.Errorf("revoke signing key: %w", err)
	}
	return nil
}

// DropSigningKeys deletes those of kids that were created before the given time.
func (d *DB) DropSigningKeys(ctx context.Context, before time.Time, kids []string) error {
	err := d.tx(ctx, func(ctx context.Context, q queryer) error {
		for _, kid := range kids {
			if _, err := q.Exec(ctx, `DELETE FROM signing_keys WHERE kid = $1 AND created_at < $2`, kid, ms(before)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("drop signing keys: %w", err)
	}
	return nil
}
