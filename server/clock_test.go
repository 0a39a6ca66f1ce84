package server

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestNodeSaysThatItsClockDiffers(t *testing.T) {
	var log bytes.Buffer
	ahead, down := time.Duration(0), error(nil)
	c := &clock{
		ahead: func(context.Context) (time.Duration, error) { return ahead, down },
		log:   slog.New(slog.NewTextHandler(&log, nil)),
	}
	for _, step := range []struct {
		ahead time.Duration
		down  error
		wrong bool
	}{
		{0, nil, false}, {-31 * time.Second, nil, true}, {0, errors.New("no database"), true}, {4 * time.Second, nil, false}, {time.Hour, nil, true},
	} {
		ahead, down = step.ahead, step.down
		log.Reset()
		c.look(t.Context())
		if (c.Check(t.Context()) != nil) != step.wrong || strings.Contains(log.String(), "ahead=") != (step.wrong && step.down == nil) {
			t.Errorf("%v, %v: %v, %s", step.ahead, step.down, c.Check(t.Context()), &log)
		}
	}
}
