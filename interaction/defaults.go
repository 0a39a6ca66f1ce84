package interaction

import (
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// ApplyDefaults fills in how people sign in to a client whose request does not say it, as one for a device
// never does (OpenID Connect Dynamic Client Registration section 2). That auth_time is required needs no
// rule: every ID token has it.
func (q *Request) ApplyDefaults(c storage.Client) {
	if q.MaxAge == nil && c.DefaultMaxAge != nil {
		limit := time.Duration(*c.DefaultMaxAge) * time.Second
		q.MaxAge = &limit
	}
	if len(q.ACRValues) == 0 {
		q.ACRValues = c.DefaultACRValues
	}
}
