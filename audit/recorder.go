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
	flushEvery    = time.Second
	batch         = 200
	defaultBuffer = 20_000
	appendTime    = 5 * time.Second
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
	Buffer  int // events that may wait to be stored; 0: 20,000, about 10 MB
	// Describe fills in what the context knows of the request: address and trace id.
	Describe func(ctx context.Context, e *Event)
}

// Recorder turns each event into one row, one log record and one count.
type Recorder struct {
	sink     Sink
	options  Options
	flushing sync.Mutex // whoever flushes removes what it stored, so one at a time
	waiting  buffer
}

// NewRecorder returns a recorder that stores in sink. Run it if RecordLater is used, Close it last.
func NewRecorder(sink Sink, options Options) *Recorder {
	options.Log = cmp.Or(options.Log, slog.New(slog.DiscardHandler))
	options.Buffer = cmp.Or(options.Buffer, defaultBuffer)
	if options.Now == nil {
		options.Now = time.Now
	}
	return &Recorder{sink: sink, options: options, waiting: buffer{max: options.Buffer}}
}

// Record stores e before it returns; refusals and changes of anybody's rights belong here. The
// caller going away does not stop it: hanging up must not erase the trace of a refusal. On an error
// the event is kept and tried again by Run; whoever must not go on unrecorded stops at the error.
func (r *Recorder) Record(ctx context.Context, e Event) error {
	e = r.observe(ctx, e)
	if err := r.append(ctx, []Event{e}); err != nil {
		r.waiting.add(e)
		return fmt.Errorf("record %s: %w", e.Type, err)
	}
	return nil
}

// RecordLater stores e within about a second, without making the caller wait: for successes on hot
// paths. When the store has been away for so long that the buffer is full, the caller does wait.
func (r *Recorder) RecordLater(ctx context.Context, e Event) {
	e = r.observe(ctx, e)
	if !r.waiting.add(e) {
		_ = r.append(ctx, []Event{e}) // its error is logged, and so is e
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

func (r *Recorder) flush(ctx context.Context) error {
	r.flushing.Lock()
	defer r.flushing.Unlock()
	for {
		events := r.waiting.oldest(batch)
		if len(events) == 0 {
			return nil
		}
		if err := r.append(ctx, events); err != nil {
			return fmt.Errorf("store audit events: %w", err)
		}
		r.waiting.drop(len(events))
	}
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
