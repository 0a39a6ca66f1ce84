package durable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

const mailColumns = `id, sealed, created_at, next_try_at, turn, expires_at, tries`

func mailFields(m *storage.Mail) []any {
	return []any{&m.ID, &m.Sealed, instant{&m.CreatedAt}, instant{&m.NextTryAt}, instant{&m.Turn}, instant{&m.ExpiresAt}, &m.Tries}
}

// AddMail queues m.
func (d *DB) AddMail(ctx context.Context, m storage.Mail) error {
	err := d.execOne(ctx, storage.ErrExists, `INSERT INTO mail (`+mailColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		m.ID, m.Sealed, ms(m.CreatedAt), ms(m.NextTryAt), ms(m.Turn), ms(m.ExpiresAt), m.Tries)
	if err != nil {
		return fmt.Errorf("add mail: %w", err)
	}
	return nil
}

// ClaimMail returns the mail that is due and has the earliest turn, for the caller to deliver within lease; then it is due
// again. Of many workers one gets it. ErrNotFound when none is due.
func (d *DB) ClaimMail(ctx context.Context, now time.Time, lease time.Duration) (storage.Mail, error) {
	for {
		due, err := list(ctx, d, `SELECT id FROM mail WHERE next_try_at <= $1 ORDER BY turn, id LIMIT 16`, []any{ms(now)},
			func(row scan) (id string, err error) { return id, row(&id) })
		if err != nil {
			return storage.Mail{}, fmt.Errorf("list due mail: %w", err)
		}
		if len(due) == 0 {
			return storage.Mail{}, storage.ErrNotFound
		}
		m, err := d.claimOne(ctx, due, now, lease)
		if !errors.Is(err, storage.ErrNotFound) {
			return m, err
		}
	}
}

// claimOne tries the due mails in turn; ErrNotFound when others were faster with all of them.
func (d *DB) claimOne(ctx context.Context, due []string, now time.Time, lease time.Duration) (m storage.Mail, err error) {
	for _, id := range due {
		err = d.queryRow(ctx, `UPDATE mail SET next_try_at = $3 WHERE id = $1 AND next_try_at <= $2 RETURNING `+mailColumns,
			[]any{id, ms(now), ms(now.Add(lease))}, mailFields(&m)...)
		if !errors.Is(err, storage.ErrNotFound) {
			break
		}
	}
	if err != nil {
		return storage.Mail{}, fmt.Errorf("claim mail: %w", err)
	}
	return m, nil
}

// RenewMail lengthens a lease until a later time. ErrNotFound when it does not end at held any more.
func (d *DB) RenewMail(ctx context.Context, id string, held, until time.Time) error {
	err := d.execOne(ctx, storage.ErrNotFound, `UPDATE mail SET next_try_at = $3 WHERE id = $1 AND next_try_at = $2`, id, ms(held), ms(until))
	if err != nil {
		return fmt.Errorf("renew lease of mail: %w", err)
	}
	return nil
}

// MailSent forgets the mail.
func (d *DB) MailSent(ctx context.Context, id string) error {
	if _, err := d.exec(ctx, `DELETE FROM mail WHERE id = $1`, id); err != nil {
		return fmt.Errorf("forget mail: %w", err)
	}
	return nil
}

// RetryMail makes the mail due again at nextTry, after so many tries.
func (d *DB) RetryMail(ctx context.Context, id string, nextTry time.Time, tries int) error {
	err := d.execOne(ctx, storage.ErrNotFound, `UPDATE mail SET next_try_at = $2, tries = $3 WHERE id = $1`, id, ms(nextTry), tries)
	if err != nil {
		return fmt.Errorf("retry mail: %w", err)
	}
	return nil
}
