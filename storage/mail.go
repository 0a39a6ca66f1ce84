package storage

import "time"

// Mail is a queued message. Its text may hold bearer values, so it is kept sealed.
type Mail struct {
	ID        string
	Sealed    []byte
	CreatedAt time.Time
	NextTryAt time.Time
	Turn      time.Time // of what is due, the earliest goes first
	ExpiresAt time.Time // dropped unsent from here on
	Tries     int
}
