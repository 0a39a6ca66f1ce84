package main

import (
	"context"
	"errors"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/session"
)

// Session is how a browser stays signed in, and when it no longer does.
type Session struct {
	Idle, Absolute time.Duration
	Binding        string // browser, network or off
	Management     bool   // applications may ask a frame whether somebody is still signed in
}

func (s Session) check() error {
	if s.Idle < time.Minute || s.Absolute < s.Idle {
		return errors.New("session.idle must be at least 1m, and session.absolute at least session.idle")
	}
	if _, known := bindings()[s.Binding]; !known {
		return errors.New("session.binding must be browser, network or off")
	}
	return nil
}

func bindings() map[string]session.Binding {
	return map[string]session.Binding{
		"browser": session.BindBrowser, "network": session.BindNetwork, "off": session.BindNothing,
	}
}

func (n *node) sessionOptions() session.Options {
	s := n.config.Session
	return session.Options{
		ShowState: s.Management,
		Secure:    n.browser.Secure, Idle: s.Idle, Absolute: s.Absolute, Bind: bindings()[s.Binding], Browser: login.BrowserName,
		Stolen: n.noteSession(audit.SessionMismatch, audit.Refused), Moved: n.noteSession(audit.SessionMoved, audit.Success),
	}
}

// noteSession puts on record what a cookie gave away. What it does to the session does not depend on
// that: until it is stored it is kept and tried again.
func (n *node) noteSession(event, outcome string) func(context.Context, *session.Session) {
	return func(ctx context.Context, s *session.Session) {
		_ = n.audit.Record(ctx, audit.Event{Type: event, Outcome: outcome, UserID: s.UserID, Target: s.ID})
	}
}
