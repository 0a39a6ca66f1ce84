package audit

import (
	"context"
	"crypto/rand"
	"log/slog"
	"slices"
	"time"
)

// observe counts e and reports whether it is a row of its own, which is completed and logged.
func (r *Recorder) observe(ctx context.Context, e Event) (_ Event, isNew bool) {
	if r.options.Counter != nil {
		r.options.Counter.AuditEvent(e.Type, e.Outcome)
	}
	t, now, isNew := r.tallyOf(e), r.options.Clock.Now(), true
	complete := func(e *Event) {
		e.ID, e.At, e.Count = rand.Text(), now, 1
		if r.options.Describe != nil {
			r.options.Describe(ctx, e)
		}
	}
	if t == nil {
		complete(&e)
	} else {
		var over []Event
		isNew, e, over = t.count(e, r.options.Network(ctx), now, complete)
		r.keep(ctx, over)
	}
	if isNew {
		r.log(ctx, e)
	}
	return e, isNew
}

// tallyOf returns what e is counted by; nil when each one is a row.
func (r *Recorder) tallyOf(e Event) *tally {
	switch {
	case e.Outcome == Refused && !slices.Contains(ends(), e.Type):
		return r.refusals
	case e.Type == MailLinkSent:
		return r.refusals
	case e.Type == TokenIssued || e.Type == TokenRefreshed:
		return r.tokens
	}
	return nil
}

// ends are the refusals that end something, so that they cannot be repeated.
func ends() []string { return []string{CodeReplayed, RefreshReused, SessionMismatch} }

// counts ends the counts that are over at now, all of them when it is zero.
func (r *Recorder) counts(ctx context.Context, now time.Time) {
	r.keep(ctx, r.refusals.over(now))
	r.keep(ctx, r.tokens.over(now))
}

// keep logs counts and has them stored. What finds no room stays a row with the count of one.
func (r *Recorder) keep(ctx context.Context, over []Event) {
	for _, e := range over {
		r.log(ctx, e)
		r.counted.add(e)
	}
}

func (r *Recorder) log(ctx context.Context, e Event) {
	level := slog.LevelInfo
	if e.Outcome != Success {
		level = slog.LevelWarn
	}
	r.options.Log.LogAttrs(ctx, level, "audit", e.attrs()...)
}
