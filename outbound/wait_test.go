package outbound_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/symbolon-id/symbolon/outbound"
)

var errFull = errors.New("full")

// mustBeBusy wants a failure that is no one's fault and passes, and that says why.
func mustBeBusy(t *testing.T, name string, err error) {
	t.Helper()
	var failed *outbound.Error
	if !errors.As(err, &failed) || !failed.Temporary || !errors.Is(err, errFull) {
		t.Errorf("%s: %#v", name, err)
	}
}

func TestHostIsNotAskedForWhoMayNotWait(t *testing.T) {
	s := newSite(t, says)
	o := s.options()
	var refuse, late atomic.Bool
	var waiting atomic.Int64
	o.Wait = func(context.Context, string) (func() error, error) {
		if refuse.Load() {
			return nil, errFull
		}
		waiting.Add(1)
		return func() error {
			waiting.Add(-1)
			if late.Load() {
				return errFull
			}
			return nil
		}, nil
	}
	client := outbound.New(o)
	refuse.Store(true)
	_, err := client.Get(t.Context(), s.url("/a"), outbound.Document())
	mustBeBusy(t, "no room", err)
	if s.hits.Load() != 0 {
		t.Error("the host was asked")
	}
	refuse.Store(false)
	late.Store(true)
	_, err = client.Get(t.Context(), s.url("/a"), outbound.Document())
	mustBeBusy(t, "no place afterwards", err)
	late.Store(false)
	refuse.Store(true)
	if _, err := client.Get(t.Context(), s.url("/b"), outbound.Document()); err == nil {
		t.Error("a wait for another URL")
	}
	refuse.Store(false)
	if _, err := client.Get(t.Context(), s.url("/b"), outbound.Document()); err != nil {
		t.Errorf("once there is room: %v", err)
	}
	if waiting.Load() != 0 {
		t.Errorf("%d still wait", waiting.Load())
	}
}

func TestWhatIsKeptNeedsNoWait(t *testing.T) {
	s := newSite(t, says)
	o := s.options()
	var refuse atomic.Bool
	o.Wait = func(context.Context, string) (func() error, error) {
		if refuse.Load() {
			return nil, errFull
		}
		return func() error { return nil }, nil
	}
	client := outbound.New(o)
	for range 3 {
		if _, err := client.Get(t.Context(), s.url("/"), outbound.Document()); err != nil {
			t.Fatal(err)
		}
		refuse.Store(true)
	}
}
