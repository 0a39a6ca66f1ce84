package durable

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

const sessionColumns = `s.id, s.digest, s.user_id, s.auth_time, s.acr, s.amr, s.created_at, s.last_seen_at,
	s.idle_at, s.expires_at, s.ended_at, s.user_agent, s.network`

func sessionFields(s *storage.Session) []any {
	return []any{
		&s.ID, &s.Digest, &s.UserID, instant{&s.AuthTime}, &s.ACR, words{&s.AMR}, instant{&s.CreatedAt}, instant{&s.LastSeenAt},
		instant{&s.IdleAt}, instant{&s.ExpiresAt}, instant{&s.EndedAt}, &s.UserAgent, &s.Network,
	}
}

// sessionLive holds when s is not ended, one by one or with everything else, and neither too old
// nor, asked at $2, idle for too long.
const sessionLive = `s.ended_at = 0 AND s.idle_at > $2 AND s.expires_at > $2 AND s.created_at >= ` + epoch

// Session returns the live session of this cookie digest and who is signed in, or ErrNotFound.
func (d *DB) Session(ctx context.Context, digest []byte) (storage.Session, storage.User, error) {
	var s storage.Session
	var u storage.User
	err := d.queryRow(ctx, `SELECT `+sessionColumns+`, `+userColumns+`
		FROM sessions s JOIN users u ON u.id = s.user_id
		WHERE s.digest = $1 AND u.disabled_at = 0 AND `+sessionLive,
		[]any{digest, ms(d.Clock.Now())}, append(sessionFields(&s), userFields(&u)...)...)
	if err != nil {
		return storage.Session{}, storage.User{}, fmt.Errorf("read session: %w", err)
	}
	return s, u, nil
}

// TouchSession records when the session was last seen and when it will be idle. It never brings
// back an ended session, nor takes time away.
func (d *DB) TouchSession(ctx context.Context, id string, seen, idleAt time.Time) error {
	_, err := d.exec(ctx, `UPDATE sessions SET last_seen_at = $2, idle_at = $3
		WHERE id = $1 AND ended_at = 0 AND last_seen_at < $2`, id, ms(seen), ms(idleAt))
	if err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

const endSession = `UPDATE sessions SET ended_at = $2 WHERE id = $1 AND ended_at = 0 RETURNING id`

// EndSession ends the session, and with it every grant and token that does not outlive it, and queues
// the notices to its clients. To end it again changes nothing.
func (d *DB) EndSession(ctx context.Context, id string, at time.Time) error {
	err := d.tx(ctx, func(ctx context.Context, q queryer) error {
		return endAndNotify(ctx, q, at, endSession, id, ms(at))
	})
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// UserSessions returns the user's live sessions, the last seen first.
func (d *DB) UserSessions(ctx context.Context, userID string) ([]storage.Session, error) {
	sessions, err := list(ctx, d, `SELECT `+sessionColumns+` FROM sessions s
		WHERE s.user_id = $1 AND `+sessionLive+` ORDER BY s.last_seen_at DESC, s.id`,
		[]any{userID, ms(d.Clock.Now())},
		func(row scan) (s storage.Session, err error) { return s, row(sessionFields(&s)...) })
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return sessions, nil
}

const endUserSessions = `UPDATE sessions SET ended_at = $3 WHERE user_id = $1 AND id <> $2 AND ended_at = 0 RETURNING id`

// EndUserSessions ends all of the user's sessions but exceptID, which may be empty, as EndSession does.
func (d *DB) EndUserSessions(ctx context.Context, userID, exceptID string, at time.Time) error {
	err := d.tx(ctx, func(ctx context.Context, q queryer) error {
		return endAndNotify(ctx, q, at, endUserSessions, userID, exceptID, ms(at))
	})
	if err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}

const insertSession = `INSERT INTO sessions (id, digest, user_id, auth_time, acr, amr, created_at, last_seen_at,
	idle_at, expires_at, ended_at, user_agent, network)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`

func sessionValues(s storage.Session) []any {
	return []any{
		s.ID, s.Digest, s.UserID, ms(s.AuthTime), s.ACR, strings.Join(s.AMR, " "), ms(s.CreatedAt), ms(s.LastSeenAt),
		ms(s.IdleAt), ms(s.ExpiresAt), ms(s.EndedAt), s.UserAgent, s.Network,
	}
}
