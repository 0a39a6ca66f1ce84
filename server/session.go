package server

import (
	"context"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/config"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/session"
)

func (i *issuer) sessionOptions() session.Options {
	s := i.config.Session
	return session.Options{
		ShowState: s.Management, Cookies: i.site.Cookies(),
		Idle: s.Idle, Absolute: s.Absolute, Bind: config.Bindings()[s.Binding], Browser: login.BrowserName,
		Stolen: i.noteSession(audit.SessionMismatch, audit.Refused), Moved: i.noteSession(audit.SessionMoved, audit.Success),
	}
}

// noteSession puts on record what a cookie gave away. What it does to the session does not depend on
// that: until it is stored it is kept and tried again.
func (i *issuer) noteSession(event, outcome string) func(context.Context, *session.Session) {
	return func(ctx context.Context, s *session.Session) {
		_ = i.audit.Record(ctx, audit.Event{Type: event, Outcome: outcome, UserID: s.UserID, Target: s.ID})
	}
}
