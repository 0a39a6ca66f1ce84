package config

import (
	"errors"
	"time"

	"github.com/symbolon-id/symbolon/login/session"
)

// Session is how a browser stays signed in, and when it no longer does.
type Session struct {
	Idle, Absolute time.Duration
	Binding        string // browser, network or off
	Management     bool   // applications may ask a frame whether a user is still signed in
}

func (s Session) check() error {
	if s.Idle < time.Minute || s.Absolute < s.Idle {
		return errors.New("session.idle must be at least 1m, and session.absolute at least session.idle")
	}
	if _, known := Bindings()[s.Binding]; !known {
		return errors.New("session.binding must be browser, network or off")
	}
	return nil
}

// Bindings returns what session.binding can be.
func Bindings() map[string]session.Binding {
	return map[string]session.Binding{
		"browser": session.BindBrowser, "network": session.BindNetwork, "off": session.BindNothing,
	}
}
