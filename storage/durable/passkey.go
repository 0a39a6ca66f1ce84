package durable

import (
	"context"
	"fmt"

	"github.com/symbolon-id/symbolon/storage"
)

const passkeyColumns = `p.id, p.user_id, p.credential_id, p.credential, p.sign_count, p.synced, p.name, p.created_at, p.last_used_at`

func passkeyFields(p *storage.Passkey) []any {
	return []any{
		&p.ID, &p.UserID, &p.CredentialID, &p.Credential, &p.SignCount, &p.Synced, &p.Name, instant{&p.CreatedAt}, instant{&p.LastUsedAt},
	}
}

// AddPasskey adds p together with the ceremony that made it. ErrExists when the credential is
// registered already, ErrFull when the user has storage.MaxPasskeys, ErrSpent when the ceremony was
// used before, ErrNotFound when the user is missing or disabled.
func (d *DB) AddPasskey(ctx context.Context, p storage.Passkey, ceremony storage.Spent) error {
	err := d.tx(ctx, func(ctx context.Context, q queryer) error {
		if err := spend(ctx, q, ceremony); err != nil {
			return err
		}
		err := execOne(ctx, q, storage.ErrNotFound, lockUser+` AND disabled_at = 0`, p.UserID) // to count alone
		if err != nil {
			return err
		}
		enrolled, err := factors(ctx, q, p.UserID)
		if err == nil && enrolled.Passkeys >= storage.MaxPasskeys {
			err = storage.ErrFull
		}
		if err != nil {
			return err
		}
		return execOne(ctx, q, storage.ErrExists, `INSERT INTO passkeys
				(id, user_id, credential_id, credential, sign_count, synced, name, created_at, last_used_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
			p.ID, p.UserID, p.CredentialID, blob(p.Credential), int64(p.SignCount), p.Synced, p.Name, ms(p.CreatedAt), ms(p.LastUsedAt))
	})
	if err != nil {
		return fmt.Errorf("add passkey: %w", err)
	}
	return nil
}

// PasskeyByCredential returns the passkey with this credential id and whose it is, or ErrNotFound;
// so too when the user is disabled.
func (d *DB) PasskeyByCredential(ctx context.Context, credentialID []byte) (storage.Passkey, storage.User, error) {
	var p storage.Passkey
	var u storage.User
	err := d.queryRow(ctx, `SELECT `+passkeyColumns+`, `+userColumns+` FROM passkeys p JOIN users u ON u.id = p.user_id
		WHERE p.credential_id = $1 AND u.disabled_at = 0`, []any{credentialID}, append(passkeyFields(&p), userFields(&u)...)...)
	if err != nil {
		return storage.Passkey{}, storage.User{}, fmt.Errorf("read passkey: %w", err)
	}
	return p, u, nil
}

// Passkeys returns the user's passkeys, the oldest first.
func (d *DB) Passkeys(ctx context.Context, userID string) ([]storage.Passkey, error) {
	passkeys, err := list(ctx, d, `SELECT `+passkeyColumns+` FROM passkeys p WHERE p.user_id = $1 ORDER BY p.created_at, p.id`,
		[]any{userID}, func(row scan) (p storage.Passkey, err error) { return p, row(passkeyFields(&p)...) })
	if err != nil {
		return nil, fmt.Errorf("list passkeys: %w", err)
	}
	return passkeys, nil
}

// RenamePasskey gives the user's passkey another name, or returns ErrNotFound.
func (d *DB) RenamePasskey(ctx context.Context, userID, id, name string) error {
	err := d.execOne(ctx, storage.ErrNotFound, `UPDATE passkeys SET name = $3 WHERE id = $2 AND user_id = $1`, userID, id, name)
	if err != nil {
		return fmt.Errorf("rename passkey: %w", err)
	}
	return nil
}

// DropPasskey removes the user's passkey. ErrNotFound when there is none, ErrLast when what is left
// is less than d.Keep.
func (d *DB) DropPasskey(ctx context.Context, userID, id string) error {
	if err := d.dropFactor(ctx, userID, `DELETE FROM passkeys WHERE user_id = $1 AND id = $2`, userID, id); err != nil {
		return fmt.Errorf("drop passkey: %w", err)
	}
	return nil
}
