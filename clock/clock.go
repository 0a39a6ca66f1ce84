// Package clock is how the time is passed to what judges by it.
package clock

import "time"

// Clock returns the time. Nil is the clock of the system; tests bring their own.
type Clock func() time.Time

// Now returns what c says, or the system's time when there is no c.
func (c Clock) Now() time.Time {
	if c == nil {
		return time.Now()
	}
	return c()
}
