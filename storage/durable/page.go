package durable

import (
	"context"

	"github.com/symbolon-id/symbolon/storage"
)

const pageSize = 1000

// pages reads what p chooses, at most pageSize rows in a statement: none takes long, however long the
// list is. query ends in the condition on the cursor, $1 and $2, the order and the limit, $3.
func pages[T any](ctx context.Context, d *DB, p storage.Page, query string, args []any, read func(scan) (T, storage.Cursor, error)) (all []T, err error) {
	for {
		size := pageSize
		if p.Limit > 0 {
			size = min(size, p.Limit-len(all))
		}
		page, err := list(ctx, d, query, append([]any{ms(p.After.At), p.After.ID, int64(size)}, args...), func(row scan) (one T, err error) {
			one, p.After, err = read(row)
			return one, err
		})
		if err != nil {
			return nil, err
		}
		if all = append(all, page...); len(page) < size || len(all) == p.Limit {
			return all, nil
		}
	}
}
