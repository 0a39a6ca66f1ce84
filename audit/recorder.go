package audit

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/symbolon-id/symbolon/clock"
)

const (
	flushEvery    = time.Second
	batch         = 200
	defaultBuffer = 20_000
	appendTime    = 5 * time.Second

	refusalKinds = 1024   // of a node, within a minute
	tokenKinds   = 16_384 // within an hour; and as many again by client alone
)

// Sink stores events. Storing one twice (same ID) must leave one row, with the higher count: after an
// outage the recorder cannot know whether its last batch arrived, and sends it again.
type Sink interface {
	AppendEvents(ctx context.Context, events []Event) error
}

// Counter counts events; both labels are bounded.
type Counter interface {
	AuditEvent(eventType, outcome string)
}

// Options are those of a recorder; every field may be left out.
type Options struct {
	Counter Counter
	Log     *slog.Logger
	Clock   clock.Clock // nil: the system's
	Buffer  int         // events that may wait to be stored; 0: 20,000, about 10 MB
	// Describe fills in what the context knows of the request: address and trace id.
	Describe func(ctx context.Context, e *Event)
	// Network names the network that the request came from; nil: all are one.
	Network func(ctx context.Context) string
}

// Recorder turns each event into one row, one log record and one count. What can be repeated
// without end is one row and one log record for all of its kind in a while: see tally.
type Recorder struct {
	sink     Sink
	options  Options
	refusals *tally
	tokens   *tally
	flushing sync.Mutex // a flush removes what it stored, so one at a time
	waiting  buffer
	counted  buffer // rows of waiting or of before, with their counts
}

// NewRecorder returns a recorder that stores in sink. Run it if RecordLater is used, Close it last.
func NewRecorder(sink Sink, options Options) *Recorder {
	options.Log = cmp.Or(options.Log, slog.New(slog.DiscardHandler))
	options.Buffer = cmp.Or(options.Buffer, defaultBuffer)
	if options.Network == nil {
		options.Network = func(context.Context) string { return "" }
	}
	return &Recorder{
		sink: sink, options: options,
		refusals: newTally(time.Minute, refusalKinds, 16), tokens: newTally(time.Hour, tokenKinds, 0),
		waiting: buffer{max: options.Buffer}, counted: buffer{max: max(options.Buffer, refusalKinds+2*tokenKinds)}, // all can end at once
	}
}

// Record stores e before it returns; refusals, changes of rights, and what begins or ends a
// session or a token belong here. The caller going away does not stop it: hanging up must not erase
// the trace of a refusal. On an error the event is kept and tried again by Run; a caller that must not
// go on unrecorded stops at the error.
func (r *Recorder) Record(ctx context.Context, e Event) error {
	e, isNew := r.observe(ctx, e)
	if !isNew {
		return nil
	}
	if err := r.append(ctx, []Event{e}); err != nil {
		r.waiting.add(e)
		return fmt.Errorf("record %s: %w", e.Type, err)
	}
	return nil
}

// RecordLater stores e within about a second, without making the caller wait: for successes on hot
// paths. A crash loses it. When the store has been away for so long that the buffer is full, the caller
// does wait.
func (r *Recorder) RecordLater(ctx context.Context, e Event) {
	e, isNew := r.observe(ctx, e)
	if isNew && !r.waiting.add(e) {
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
			r.counts(ctx, r.options.Clock.Now())
			_ = r.flush(ctx)
		}
	}
}

// Close stores what is left; call it when nothing records any more. Its error says that events
// exist only in the log.
func (r *Recorder) Close(ctx context.Context) error {
	r.counts(ctx, time.Time{})
	return r.flush(ctx)
}

// flush stores counts last: no statement may hold one row twice.
func (r *Recorder) flush(ctx context.Context) error {
	r.flushing.Lock()
	defer r.flushing.Unlock()
	for _, from := range []*buffer{&r.waiting, &r.counted} {
		if err := r.empty(ctx, from); err != nil {
			return fmt.Errorf("store audit events: %w", err)
		}
	}
	return nil
}

func (r *Recorder) empty(ctx context.Context, from *buffer) error {
	for {
		events := from.oldest(batch)
		if len(events) == 0 {
			return nil
		}
		if err := r.append(ctx, events); err != nil {
			return err
		}
		from.drop(len(events))
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
