package durable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// RevokeToken remembers until the token has expired that it is dead.
func (d *DB) RevokeToken(ctx context.Context, jti string, until time.Time) error {
	_, err := d.exec(ctx, `INSERT INTO revoked_tokens (jti, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, jti, ms(until))
	if err != nil {
		return fmt.Errorf("revoke token: %w", err)
	}
	return nil
}

// selectToken judges a token of a grant by the grant's user and session, whatever user it names: the subject of
// a token may be pairwise. What few clients use is only parsed when it is there.
const selectToken = `SELECT COALESCE(u.id, ''), COALESCE(u.email, ''), COALESCE(u.email_verified, FALSE), COALESCE(u.second_email, ''), COALESCE(u.name, ''), COALESCE(u.member_of, '[]'),
		COALESCE(u.profile, '{}'), COALESCE(u.created_at, 0), COALESCE(u.updated_at, 0), COALESCE(u.disabled_at, 0),
		COALESCE(g.details, ''), c.metadata
	FROM clients c
	LEFT JOIN grants g ON g.id = $3
	LEFT JOIN users u ON u.id = COALESCE(g.user_id, $5)
	LEFT JOIN sessions s ON s.id = COALESCE(g.session_id, $4)
	WHERE c.id = $1 AND c.disabled_at = 0 AND c.not_before <= $6 AND $6 >= ` + epoch + `
		AND ($5 = '' OR (u.id IS NOT NULL AND u.disabled_at = 0))
		AND ($3 = '' OR (g.id IS NOT NULL AND g.revoked_at = 0 AND g.client_id = $1 AND u.id IS NOT NULL AND u.disabled_at = 0
			AND ($5 = '' OR g.user_id = $5)))
		AND (COALESCE(g.offline, FALSE) OR COALESCE(g.session_id, $4) = ''
			OR (s.id IS NOT NULL AND s.ended_at = 0 AND s.expires_at > $2 AND s.created_at >= ` + epoch + `))
		AND NOT EXISTS (SELECT 1 FROM revoked_tokens r WHERE r.jti = $7)`

// TokenState reports whether everything the token depends on is alive, and whose it is. Whether the
// token itself has expired, the caller knows.
func (d *DB) TokenState(ctx context.Context, t storage.TokenQuery) (storage.TokenState, error) {
	state := storage.TokenState{Alive: true}
	var details struct {
		Named *storage.NamedClaims `json:"named_claims"`
	}
	var metadata struct {
		UserInfoAlg string `json:"userinfo_signed_response_alg"`
	}
	err := d.queryRow(ctx, selectToken,
		[]any{t.ClientID, ms(d.Clock.Now()), t.GrantID, t.SessionID, t.UserID, ms(t.IssuedAt), t.JTI},
		append(userFields(&state.User), naming{`"named_claims"`, &details}, naming{`"userinfo_signed_response_alg"`, &metadata})...)
	if errors.Is(err, storage.ErrNotFound) {
		return storage.TokenState{}, nil
	}
	if err != nil {
		return storage.TokenState{}, fmt.Errorf("read token state: %w", err)
	}
	state.Named, state.UserInfoAlg = details.Named, metadata.UserInfoAlg
	return state, nil
}
