package durable

import (
	"context"
	"fmt"
	"time"
)

// Ahead returns by how much the clock of this process is ahead of the database's; less than zero is
// behind. How long the answer takes is how far it may be off.
func (d *DB) Ahead(ctx context.Context) (ahead time.Duration, err error) {
	err = d.run(ctx, func(ctx context.Context) error {
		asked := d.Clock.Now()
		at, err := d.db.clock(ctx)
		ahead = asked.Add(d.Clock.Now().Sub(asked) / 2).Sub(at)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read the database's clock: %w", err)
	}
	return ahead, nil
}
