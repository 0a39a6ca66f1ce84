package audit

import "time"

// Filter chooses events; an empty field does not narrow. The newest Limit events come first.
type Filter struct {
	ID       string
	Type     string
	Types    []string // any of these
	UserID   string
	ClientID string
	Since    time.Time
	Before   string // id of an event: only those that come after it in the list
	Limit    int    // 0: the store's default
}
