package main

import (
	"errors"
	"time"
)

func (t TokenTimes) check() error {
	const most = time.Hour
	switch {
	case t.AccessTTL < 30*time.Second || t.AccessTTL > most || t.AgentAccessTTL < 30*time.Second || t.AgentAccessTTL > most:
		return errors.New("tokens.access_ttl and tokens.agent_access_ttl must be between 30s and 60m (a leaked token stays valid that long)")
	case t.IDTTL < time.Minute || t.IDTTL > 24*time.Hour:
		return errors.New("tokens.id_ttl must be between 1m and 24h")
	case t.RefreshRetry > 300*time.Second:
		return errors.New("tokens.refresh_retry must be at most 300s (a stolen refresh token can go unnoticed that long)")
	case t.RefreshIdle < t.AccessTTL || t.RefreshAbsolute < t.RefreshIdle:
		return errors.New("tokens.refresh_idle must be at least tokens.access_ttl, and tokens.refresh_absolute at least tokens.refresh_idle")
	}
	return nil
}

func (k KeyTimes) check() error {
	if k.RotateAfter < 24*time.Hour {
		return errors.New("keys.rotate_after must be at least 1d (clients cache the key set)")
	}
	return nil
}
