package durable

import (
	"context"
	"fmt"
)

// ClientNames returns what the clients of these ids are called; of what is no client any more it says
// nothing.
func (d *DB) ClientNames(ctx context.Context, ids []string) (map[string]string, error) {
	names := map[string]string{}
	for len(ids) > 0 {
		n := rowsAtOnce(len(ids))
		args := make([]any, n)
		for i, id := range ids[:n] {
			args[i] = id
		}
		ids = ids[n:]
		_, err := list(ctx, d, `SELECT c.id, c.name FROM clients c WHERE c.id IN (`+marks(0, n)+`)`, args, func(row scan) (id string, err error) {
			var name string
			err = row(&id, &name)
			names[id] = name
			return id, err
		})
		if err != nil {
			return nil, fmt.Errorf("read names of clients: %w", err)
		}
	}
	return names, nil
}
