package audit

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

const (
	flushEvery = time.Second
	batch      = 200
	maxPending = 20_000 // about 10 MB; beyond it callers wait for the store instead
	appendTime = 5 * time.Second
)

// Sink stores events. Storing one twice (same ID) must leave one row: after an outage the recorder
// cannot know whether its last batch arrived, and sends it again.
type Sink interface {
	AppendEvents(ctx context.Context, events []Event) error
}

// Counter counts events; both labels are bounded.
type Counter interface {
	AuditEvent(eventType, outcome string)
}

// Options of a recorder; every field may be left out.
type Options struct {
	Counter Counter
	Log     *slog.Logger
	Now     func() time.Time
	// Describe fills in what the context knows of the request: address and trace id.
	Describe func(ctx context.Context, e *Event)
}

// Recorder turns each event into one row, one log record and one count.
type Recorder struct {
	sink     Sink
	options  Options
	flushing sync.Mutex // one flush at a time keeps the rows in order
	mu       sync.Mutex
	pending  []Event
}

// NewRecorder returns a recorder that stores in sink. Run it if RecordLater is used, Close it last.
func NewRecorder(sink Sink, options Options) *Recorder {
	options.Log = cmp.Or(options.Log, slog.New(slog.DiscardHandler))
	if options.Now == nil {
		options.Now = time.Now
	}
	return &Recorder{sink: sink, options: options}
}

// Record stores e before it returns; refusals and changes of anybody's rights belong here. The
// caller going away does not stop it: hanging up must not erase the trace of a refusal. On an error
// the event is kept and tried again by Run; whoever must not go on unrecorded stops at the error.
func (r *Recorder) Record(ctx context.Context, e Event) error {
	e = r.observe(ctx, e)
	if err := r.append(ctx, []Event{e}); err != nil {
		r.keep(e)
		return fmt.Errorf("record %s: %w", e.Type, err)
	}
	return nil
}

// RecordLater stores e within about a second, without making the caller wait: for successes on hot
// paths. When the store has been away for so long that the buffer is full, the caller does wait.
func (r *Recorder) RecordLater(ctx context.Context, e Event) {
	e = r.observe(ctx, e)
	if !r.keep(e) {
		_ = r.flush(ctx) // its error is logged; e is in the log already
		r.keep(e)
	}
}

// Run stores what RecordLater was given, about each second, until ctx ends.
func (r *Recorder) Run(ctx context.Context) error {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			_ = r.flush(ctx)
		}
	}
}

// Close stores what is left; call it when nothing records any more. Its error says that events
// exist only in the log.
func (r *Recorder) Close(ctx context.Context) error { return r.flush(ctx) }

// observe completes e, logs and counts it.
func (r *Recorder) observe(ctx context.Context, e Event) Event {
	e.ID, e.At = rand.Text(), r.options.Now()
	if r.options.Describe != nil {
		r.options.Describe(ctx, &e)
	}
	level := slog.LevelInfo
	if e.Outcome != Success {
		level = slog.LevelWarn
	}
	r.options.Log.LogAttrs(ctx, level, "audit", e.attrs()...)
	if r.options.Counter != nil {
		r.options.Counter.AuditEvent(e.Type, e.Outcome)
	}
	return e
}

// keep adds events to what Run will store, and tells whether there was room for all.
func (r *Recorder) keep(events ...Event) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.pending)+len(events) > maxPending {
		return false
	}
	r.pending = append(r.pending, events...)
	return true
}

func (r *Recorder) flush(ctx context.Context) error {
	r.flushing.Lock()
	defer r.flushing.Unlock()
	for {
		events := r.next()
		if len(events) == 0 {
			return nil
		}
		if err := r.append(ctx, events); err != nil {
			return fmt.Errorf("store audit events: %w", err)
		}
		r.done(len(events))
	}
}

// next copies the oldest pending events; they stay pending until they are stored.
func (r *Recorder) next() []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Event(nil), r.pending[:min(batch, len(r.pending))]...)
}

func (r *Recorder) done(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pending = append(r.pending[:0], r.pending[n:]...)
}

func (r *Recorder) append(ctx context.Context, events []Event) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), appendTime)
	defer cancel()
	err := r.sink.AppendEvents(ctx, events)
	if err != nil {
		r.options.Log.ErrorContext(ctx, "audit events not stored", "count", len(events), "error", err)
	}
	return err
}
