package durable

import (
	"context"
	"fmt"
	"strings"

	"github.com/symbolon-id/symbolon/storage"
)

const selectUsers = `SELECT ` + userColumns + ` FROM users u WHERE (u.created_at, u.id) > ($1, $2)`

// matching compares what is searched for in lower case, $4, and as it was typed, $5: SQLite knows the lower
// case of ASCII only.
const matching = ` AND (u.email_key LIKE $4 ESCAPE '!' OR u.second_key LIKE $4 ESCAPE '!' OR lower(u.name) LIKE $4 ESCAPE '!' OR u.name LIKE $5 ESCAPE '!')`

const inOrderOfUsers = ` ORDER BY u.created_at, u.id LIMIT $3`

// Users returns the users that p chooses, the oldest first; with a search, only those whose name or one of
// whose addresses contains it, in any case of ASCII letters.
func (d *DB) Users(ctx context.Context, search string, p storage.Page) ([]storage.User, error) {
	if !storable(search) { // nor is any name
		return nil, nil
	}
	query, args := usersQuery(search)
	users, err := pages(ctx, d, p, query, args, func(row scan) (storage.User, storage.Cursor, error) {
		u, err := scanUser(row)
		return u, storage.Cursor{At: u.CreatedAt, ID: u.ID}, err
	})
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	return users, nil
}

func usersQuery(search string) (query string, args []any) {
	if search == "" {
		return selectUsers + inOrderOfUsers, nil
	}
	return selectUsers + matching + inOrderOfUsers, []any{containing(strings.ToLower(search)), containing(search)}
}

// containing is the pattern of LIKE for texts that contain part, whatever characters that has.
func containing(part string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(part) + "%"
}
