package ephemeral_test

import (
	"bytes"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
)

func TestValueLargerThanTheMemoryIsRefused(t *testing.T) {
	err := ephemeral.NewMemory().Put(t.Context(), "key", make([]byte, 65<<20), time.Minute)
	if !errors.Is(err, storage.ErrUnavailable) {
		t.Fatal(err)
	}
}

func TestFullMemoryDropsWhatWouldExpireFirst(t *testing.T) {
	m := ephemeral.NewMemory()
	put(t, m, "lasting", "value", 2*time.Hour)
	put(t, m, "passing", "value", time.Minute)
	megabyte := bytes.Repeat([]byte("x"), 1<<20)
	for i := range 100 {
		if err := m.Put(t.Context(), strconv.Itoa(i), megabyte, time.Hour+time.Duration(i)*time.Second); err != nil {
			t.Fatal(err)
		}
	}
	gone(t, m, "passing")
	gone(t, m, "0")
	holds(t, m, "99", string(megabyte))
	holds(t, m, "lasting", "value")
}

func TestValueIsGoneAtTheInstantItExpires(t *testing.T) {
	m, now := ephemeral.NewMemory(), time.Now()
	m.Now = func() time.Time { return now }
	put(t, m, "key", "value", time.Minute)
	now = now.Add(time.Minute - 1)
	holds(t, m, "key", "value")
	now = now.Add(1)
	gone(t, m, "key")
}
