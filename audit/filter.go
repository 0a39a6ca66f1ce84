package audit

import "time"

// Filter chooses events; an empty field does not narrow. The newest Limit events come first.
type Filter struct {
	Type     string
	UserID   string
	ClientID string
	Since    time.Time
	Limit    int // 0: the store's default
}
