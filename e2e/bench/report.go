package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// starts reports how long a start on an existing database takes, and the memory of an idle server.
func (b *bench) starts(n *node) error {
	var took, idle []float64
	for range max(b.rounds, 5) {
		began := time.Now()
		if err := n.start(); err != nil {
			return err
		}
		took = append(took, float64(time.Since(began).Microseconds())/1000)
		time.Sleep(500 * time.Millisecond)
		idle = append(idle, mebibytes(resident(n.process.pid())))
		n.stop()
	}
	fmt.Fprintln(b.out, footprint("start to first answer", median(took), "ms", 50))
	fmt.Fprintln(b.out, footprint("resident, idle", median(idle), "MiB", 20))
	return nil
}

func mebibytes(bytes int64) float64 { return float64(bytes) / (1 << 20) }

func footprint(what string, got float64, unit string, goal float64) string {
	return fmt.Sprintf("%-25s %8.1f %-4s goal ≤ %.0f%s", what, got, unit, goal, verdict(got, goal))
}

// verdict says by how much a goal is missed.
func verdict(got, goal float64) string {
	if got <= goal {
		return ""
	}
	return fmt.Sprintf("  missed by %.0f %%", (got/goal-1)*100)
}

// table measures every work on a node and prints it as it comes.
func (b *bench) table(ctx context.Context, n *node) error {
	key, err := newKey()
	if err != nil {
		return err
	}
	t, err := b.newTarget(n)
	if err != nil {
		return err
	}
	defer t.close()
	peak := watch(n.process.pid())
	fmt.Fprintf(b.out, "%-25s %8s %9s %9s %9s %11s %9s\n", "", "requests", "server", "database", "together", "bare RSA", "ceiling")
	fmt.Fprintf(b.out, "%-25s %8s %9s %9s %9s %11s %9s\n", "", "/s", "ms CPU", "ms CPU", "ms CPU", "signatures", "×")
	for _, w := range works() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !strings.HasPrefix(w.name, b.work) {
			continue
		}
		if b.profile != "" {
			if err := b.profileOf(w, t, n, b.profile); err != nil {
				return err
			}
			continue
		}
		r, err := b.compare(w, t, key)
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		goal := w.sqlite
		if n.database.name == "PostgreSQL" {
			goal = w.postgres
		}
		fmt.Fprintln(b.out, r.row(w.name, goal))
	}
	fmt.Fprintln(b.out, footprint("resident, under load", peak(), "MiB", 40))
	return nil
}

func (r result) row(name string, g goal) string {
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	row := fmt.Sprintf("%-25s %8.0f %9.3f %9.3f %9.3f %11.2f %9.2f", name, r.rate, ms(r.server), ms(r.database), ms(r.total()), r.signatures, r.ceilings)
	if g.ms > 0 {
		return row + fmt.Sprintf("  goal ≤ %.2f ms%s", g.ms, verdict(ms(r.total()), g.ms))
	}
	return row + fmt.Sprintf("  goal ≤ × %.2f%s", g.ratio, verdict(r.ceilings, g.ratio))
}

// watch looks at the memory of pid until its result is asked for: the most, in MiB.
func watch(pid int) (peak func() float64) {
	done := make(chan struct{})
	var most int64
	var watching sync.WaitGroup
	watching.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			most = max(most, resident(pid))
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	})
	return func() float64 {
		close(done)
		watching.Wait()
		return mebibytes(most)
	}
}
