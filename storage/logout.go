package storage

import "time"

// LogoutNotice is a client that has yet to be notified that a session of one of its users ended.
type LogoutNotice struct {
	SessionID string
	ClientID  string
	UserID    string
	EndedAt   time.Time
	NextTryAt time.Time
	ExpiresAt time.Time // dropped untold from here on
	Tries     int
}
