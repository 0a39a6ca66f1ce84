package ephemeral_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// note is a value that one browser may open.
type note struct {
	storage.Binding
	Text string `json:"text"`
}

func onEveryStoreOfNotes(t *testing.T, claim func(t *testing.T, notes storage.Bound[note])) {
	onEveryStore(t, func(t *testing.T, s storage.Ephemeral) {
		claim(t, storage.Bound[note]{Kept: storage.Kept[note]{Store: s, Prefix: "note:"}})
	})
}

func TestOnlyTheBrowserOfAValueOpensItAndNotForLonger(t *testing.T) {
	onEveryStoreOfNotes(t, func(t *testing.T, notes storage.Bound[note]) {
		now := time.Now()
		kept := note{Binding: storage.Bind("mine", now.Add(time.Minute)), Text: "hello"}
		if err := notes.Put(t.Context(), "a", kept, time.Hour); err != nil {
			t.Fatal(err)
		}
		if found, err := notes.Open(t.Context(), "a", "mine", now); err != nil || found.Text != "hello" {
			t.Fatalf("its browser finds %v, %v", found, err)
		}
		for claim, open := range map[string]struct {
			key, browser string
			now          time.Time
		}{
			"another browser":    {"a", "another", now},
			"no browser":         {"a", "", now},
			"after it expired":   {"a", "mine", now.Add(time.Minute)},
			"a key nobody chose": {"b", "mine", now},
		} {
			if _, err := notes.Open(t.Context(), open.key, open.browser, open.now); !errors.Is(err, storage.ErrNotFound) {
				t.Errorf("%s: %v", claim, err)
			}
		}
	})
}

func TestAValueForNoBrowserOpensInNone(t *testing.T) {
	for _, browser := range []string{"", "any"} {
		if (storage.Binding{}).BoundTo(browser) || storage.Bind("", time.Time{}).BoundTo(browser) {
			t.Errorf("it opens in %q", browser)
		}
	}
}

func TestOneOfManyTakesAKeptValue(t *testing.T) {
	onEveryStoreOfNotes(t, func(t *testing.T, notes storage.Bound[note]) {
		if err := notes.Put(t.Context(), "a", note{Text: "once"}, time.Hour); err != nil {
			t.Fatal(err)
		}
		var took atomic.Int64
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				value, err := notes.Take(t.Context(), "a")
				switch {
				case err == nil && value.Text == "once":
					took.Add(1)
				case !errors.Is(err, storage.ErrNotFound):
					t.Errorf("take: %v, %v", value, err)
				}
			})
		}
		all.Wait()
		if took.Load() != 1 {
			t.Errorf("%d took it", took.Load())
		}
	})
}

func TestWhatIsOverIsNotKeptAgain(t *testing.T) {
	onEveryStoreOfNotes(t, func(t *testing.T, notes storage.Bound[note]) {
		if err := notes.Put(t.Context(), "a", note{}, 0); !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("put: %v", err)
		}
		if _, err := notes.Get(t.Context(), "a"); !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("get: %v", err)
		}
	})
}
