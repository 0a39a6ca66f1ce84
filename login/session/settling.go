package session

import (
	"slices"
	"time"
)

// OperatorAMR marks a session that the operator's recovery link began.
const OperatorAMR = "recover"

// settleIn is how long such a session may put the account in order: a user who lost everything has
// nothing to confirm with.
const settleIn = 30 * time.Minute

// Settling reports whether the user has just come back by the operator's link.
func (s *Session) Settling(now time.Time) bool {
	return slices.Contains(s.AMR, OperatorAMR) && now.Sub(s.AuthTime) <= settleIn
}
