package server

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"
)

const (
	clockEvery = time.Minute
	mostAhead  = 5 * time.Second // or behind; well below tokens.refresh_retry
)

// clock compares this node's clock with the database's, which all nodes have in common.
type clock struct {
	ahead func(context.Context) (time.Duration, error)
	log   *slog.Logger
	wrong atomic.Bool
}

// Run looks at once and then each minute, until ctx ends.
func (c *clock) Run(ctx context.Context) {
	tick := time.NewTicker(clockEvery)
	defer tick.Stop()
	for {
		c.look(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look notes and logs what it finds; a database that does not answer changes nothing.
func (c *clock) look(ctx context.Context) {
	ahead, err := c.ahead(ctx)
	if err != nil {
		return
	}
	wrong := ahead.Abs() > mostAhead
	c.wrong.Store(wrong)
	if wrong {
		c.log.LogAttrs(ctx, slog.LevelWarn, "the clock of this node is not the database's: codes, links and tokens end at the wrong time, "+
			"and an application that repeats a refresh may lose its grant; synchronize the clocks", slog.Duration("ahead", ahead))
	}
}

// Check is an error while the clock is wrong.
func (c *clock) Check(context.Context) error {
	if c.wrong.Load() {
		return errors.New("clocks differ")
	}
	return nil
}
