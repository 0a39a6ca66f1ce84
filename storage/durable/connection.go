package durable

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// selectAccess has a row for each scope allowed and for each live grant.
const selectAccess = `SELECT c.id, c.kind, c.name, k.scope, '{}', k.granted_at, 0, 0, FALSE
	FROM consents k JOIN clients c ON c.id = k.client_id WHERE k.user_id = $1
	UNION ALL
	SELECT c.id, c.kind, c.name, '', g.details, g.created_at, g.rotated_at, g.expires_at, g.offline
	FROM grants g JOIN users u ON u.id = g.user_id JOIN clients c ON c.id = g.client_id
	LEFT JOIN sessions s ON s.id = g.session_id WHERE g.user_id = $1 AND ` + grantLasts

// access is one row: what it says of a connection.
type access struct {
	storage.Connection
	grant storage.GrantDetails
}

func scanAccess(row scan) (a access, err error) {
	a.Scopes = make([]string, 1)
	err = row(&a.ClientID, &a.Kind, &a.Name, &a.Scopes[0], document{&a.grant}, instant{&a.Since}, instant{&a.LastUsed}, instant{&a.Until}, &a.Offline)
	if a.Scopes[0] == "" {
		a.Scopes = a.grant.Named.Allow(a.grant.Scopes)
	}
	return a, err
}

// Connections returns the clients that the user allowed something or that have a live grant of
// theirs, by name.
func (d *DB) Connections(ctx context.Context, userID string) ([]storage.Connection, error) {
	rows, err := list(ctx, d, selectAccess, []any{userID, ms(d.Clock.Now())}, scanAccess)
	if err != nil {
		return nil, fmt.Errorf("list connections: %w", err)
	}
	byClient := map[string]storage.Connection{}
	for _, a := range rows {
		known, there := byClient[a.ClientID]
		if !there {
			known = storage.Connection{ClientID: a.ClientID, Kind: a.Kind, Name: a.Name, Since: a.Since}
		}
		byClient[a.ClientID] = merge(known, a.Connection)
	}
	all := slices.Collect(maps.Values(byClient))
	for i := range all {
		slices.Sort(all[i].Scopes)
		all[i].Scopes = slices.Compact(all[i].Scopes)
	}
	slices.SortFunc(all, func(a, b storage.Connection) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ClientID, b.ClientID))
	})
	return all, nil
}

func merge(c, more storage.Connection) storage.Connection {
	c.Scopes = append(c.Scopes, more.Scopes...)
	c.Offline = c.Offline || more.Offline
	if more.Since.Before(c.Since) {
		c.Since = more.Since
	}
	c.LastUsed, c.Until = latest(c.LastUsed, more.LastUsed), latest(c.Until, more.Until)
	return c
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
