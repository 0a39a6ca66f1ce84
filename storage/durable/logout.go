package durable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// noticeLife is how long a client that does not answer is retried: a day, so that one repaired
// in the morning still hears of the night.
const noticeLife = 24 * time.Hour

// signedInTo selects the clients c that got tokens in the session $1. Grants are found by their user,
// which is indexed.
const signedInTo = `FROM sessions s JOIN grants g ON g.user_id = s.user_id AND g.session_id = s.id
	JOIN clients c ON c.id = g.client_id
	WHERE s.id = $1 AND g.code_spent_at > 0 AND c.disabled_at = 0`

// insertNotices queues one for each client that wants to be notified at its server.
const insertNotices = `INSERT INTO logout_notices (session_id, client_id, user_id, ended_at, next_try_at, expires_at, tries)
	SELECT s.id, c.id, s.user_id, $2, $2, $3, 0 ` + signedInTo + ` AND json_extract(c.metadata, '$.backchannel_logout_uri') <> ''
	GROUP BY s.id, c.id, s.user_id
	ON CONFLICT DO NOTHING`

// endAndNotify runs end, which ends sessions and returns their ids, and queues the notices of each. Of
// many that end one session at once, one finds it alive: each client is notified once.
func endAndNotify(ctx context.Context, q queryer, at time.Time, end string, args ...any) error {
	var ended []string
	err := q.Query(ctx, end, args, func(row scan) error {
		var id string
		err := row(&id)
		ended = append(ended, id)
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range ended {
		if _, err := q.Exec(ctx, insertNotices, id, ms(at), ms(at.Add(noticeLife))); err != nil {
			return err
		}
	}
	return nil
}

// FrontchannelClients returns the clients that got tokens in the session and want to be notified of its
// end in the browser.
func (d *DB) FrontchannelClients(ctx context.Context, sessionID string) ([]storage.Client, error) {
	clients, err := list(ctx, d, `SELECT `+clientColumns+` FROM clients c WHERE c.id IN (
			SELECT c.id `+signedInTo+` AND json_extract(c.metadata, '$.frontchannel_logout_uri') <> '') ORDER BY c.id`,
		[]any{sessionID}, func(row scan) (c storage.Client, err error) { return c, row(clientFields(&c)...) })
	if err != nil {
		return nil, fmt.Errorf("list clients of session: %w", err)
	}
	return clients, nil
}

const noticeColumns = `session_id, client_id, user_id, ended_at, next_try_at, expires_at, tries`

func noticeFields(n *storage.LogoutNotice) []any {
	return []any{&n.SessionID, &n.ClientID, &n.UserID, instant{&n.EndedAt}, instant{&n.NextTryAt}, instant{&n.ExpiresAt}, &n.Tries}
}

// UserLogoutNotices returns the notices still to be sent of the user's sessions, the newest first.
func (d *DB) UserLogoutNotices(ctx context.Context, userID string) ([]storage.LogoutNotice, error) {
	notices, err := list(ctx, d, `SELECT `+noticeColumns+` FROM logout_notices WHERE user_id = $1 ORDER BY ended_at DESC, session_id, client_id`,
		[]any{userID}, func(row scan) (n storage.LogoutNotice, err error) { return n, row(noticeFields(&n)...) })
	if err != nil {
		return nil, fmt.Errorf("list logout notices: %w", err)
	}
	return notices, nil
}

// dueNotices are those of clients that an operator registered first: anyone can register thousands
// that never answer.
var dueNotices = `SELECT session_id, client_id FROM logout_notices WHERE next_try_at <= $1
	ORDER BY CASE WHEN ` + selfRegistered("client_id") + ` THEN 1 ELSE 0 END, next_try_at LIMIT 16`

// ClaimLogoutNotice returns one notice that is due, for the caller to deliver within lease; then it is
// due again. Of many workers one gets it. ErrNotFound when none is due.
func (d *DB) ClaimLogoutNotice(ctx context.Context, now time.Time, lease time.Duration) (storage.LogoutNotice, error) {
	for {
		due, err := list(ctx, d, dueNotices, []any{ms(now)}, func(row scan) (n storage.LogoutNotice, err error) { return n, row(&n.SessionID, &n.ClientID) })
		if err != nil {
			return storage.LogoutNotice{}, fmt.Errorf("list due logout notices: %w", err)
		}
		if len(due) == 0 {
			return storage.LogoutNotice{}, storage.ErrNotFound
		}
		n, err := d.claimNotice(ctx, due, now, lease)
		if !errors.Is(err, storage.ErrNotFound) {
			return n, err
		}
	}
}

// claimNotice tries the due ones in turn; ErrNotFound when others were faster with all of them.
func (d *DB) claimNotice(ctx context.Context, due []storage.LogoutNotice, now time.Time, lease time.Duration) (n storage.LogoutNotice, err error) {
	for _, one := range due {
		err = d.queryRow(ctx, `UPDATE logout_notices SET next_try_at = $4
			WHERE session_id = $1 AND client_id = $2 AND next_try_at <= $3 RETURNING `+noticeColumns,
			[]any{one.SessionID, one.ClientID, ms(now), ms(now.Add(lease))}, noticeFields(&n)...)
		if !errors.Is(err, storage.ErrNotFound) {
			break
		}
	}
	if err != nil {
		return storage.LogoutNotice{}, fmt.Errorf("claim logout notice: %w", err)
	}
	return n, nil
}

// ForgetLogoutNotice ends a notice: its client was notified, or never can be.
func (d *DB) ForgetLogoutNotice(ctx context.Context, n storage.LogoutNotice) error {
	_, err := d.exec(ctx, `DELETE FROM logout_notices WHERE session_id = $1 AND client_id = $2`, n.SessionID, n.ClientID)
	if err != nil {
		return fmt.Errorf("forget logout notice: %w", err)
	}
	return nil
}

// RetryLogoutNotice makes the notice due again at nextTry, after one more try.
func (d *DB) RetryLogoutNotice(ctx context.Context, n storage.LogoutNotice, nextTry time.Time) error {
	_, err := d.exec(ctx, `UPDATE logout_notices SET next_try_at = $3, tries = tries + 1 WHERE session_id = $1 AND client_id = $2`,
		n.SessionID, n.ClientID, ms(nextTry))
	if err != nil {
		return fmt.Errorf("retry logout notice: %w", err)
	}
	return nil
}

// PauseLogoutNotices lets no notice to the client be due before until.
func (d *DB) PauseLogoutNotices(ctx context.Context, clientID string, until time.Time) error {
	_, err := d.exec(ctx, `UPDATE logout_notices SET next_try_at = $2 WHERE client_id = $1 AND next_try_at < $2`, clientID, ms(until))
	if err != nil {
		return fmt.Errorf("pause logout notices: %w", err)
	}
	return nil
}
