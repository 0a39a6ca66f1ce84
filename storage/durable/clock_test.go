package durable_test

import (
	"testing"
	"time"
)

func TestClockThatIsNotTheDatabasesIsSeen(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for _, ahead := range []time.Duration{0, time.Hour, -time.Hour} {
			w.Clock = func() time.Time { return time.Now().Add(ahead) }
			got, err := w.Ahead(w.ctx)
			if off := got - ahead; err != nil || off.Abs() > time.Minute { // a test on a busy machine may take long
				t.Errorf("ahead by %v is seen as %v, %v", ahead, got, err)
			}
		}
	})
}
