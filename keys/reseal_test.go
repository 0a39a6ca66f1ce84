package keys

import (
	"errors"
	"testing"
)

func TestKeysMoveToTheNewSecret(t *testing.T) {
	databases(t, func(t *testing.T, open func(*testing.T) store) {
		db, old, next := open(t), newSecret(), newSecret()
		first := NewRing(db, newSealer(t, old), Options{})
		if err := first.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		dropped := NewRing(db, newSealer(t, next), Options{})
		if err := dropped.Load(t.Context()); !errors.Is(err, ErrSealed) {
			t.Fatalf("opened without its secret: %v", err)
		}
		both := NewRing(db, newSealer(t, next, old), Options{})
		for range 2 {
			if err := errors.Join(both.Load(t.Context()), both.Reseal(t.Context())); err != nil {
				t.Fatal(err)
			}
		}
		if err := dropped.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(dropped.List()) != len(first.List()) {
			t.Errorf("%d keys of %d", len(dropped.List()), len(first.List()))
		}
	})
}
