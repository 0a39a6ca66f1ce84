package audit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// outage is a real store with a line that can be cut, before or after the events arrive.
type outage struct {
	*durable.DB
	cut     atomic.Bool
	unclear bool // events arrive, the answer does not
}

var errCut = errors.New("line is cut")

func (o *outage) AppendEvents(ctx context.Context, events []audit.Event) error {
	if !o.cut.Load() {
		return o.DB.AppendEvents(ctx, events)
	}
	if o.unclear {
		return errors.Join(o.DB.AppendEvents(ctx, events), errCut)
	}
	return errCut
}

type counts struct {
	mu sync.Mutex
	by map[string]int
}

func (c *counts) AuditEvent(eventType, outcome string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.by[eventType+" "+outcome]++
}

func stored(t *testing.T, db *durable.DB, limit int) []audit.Event {
	t.Helper()
	events, err := db.Events(context.Background(), audit.Filter{Limit: limit})
	if err != nil {
		t.Fatal(err)
	}
	return events
}

func refusal() audit.Event {
	return audit.Event{Type: audit.ClientAuth, Outcome: audit.Refused, Reason: "wrong_secret", ClientID: "a_1"}
}

func TestRefusalIsStoredEvenWhenItsCallerHangsUp(t *testing.T) {
	db := storagetest.SQLite(t)
	gone, hangUp := context.WithCancel(context.Background())
	hangUp()
	if err := audit.NewRecorder(db, audit.Options{}).Record(gone, refusal()); err != nil {
		t.Fatal(err)
	}
	if n := len(stored(t, db, 10)); n != 1 {
		t.Fatalf("%d events stored, want 1", n)
	}
}

func TestRefusalThatCannotBeStoredIsAnErrorAndIsStoredLater(t *testing.T) {
	for _, unclear := range []bool{false, true} {
		t.Run(fmt.Sprintf("unclear=%v", unclear), func(t *testing.T) {
			line := &outage{DB: storagetest.SQLite(t), unclear: unclear}
			line.cut.Store(true)
			recorder := audit.NewRecorder(line, audit.Options{})
			if err := recorder.Record(context.Background(), refusal()); !errors.Is(err, errCut) {
				t.Fatalf("err = %v, want %v", err, errCut)
			}
			if err := recorder.Close(context.Background()); !errors.Is(err, errCut) {
				t.Fatalf("closing during an outage: err = %v, want %v", err, errCut)
			}
			line.cut.Store(false)
			if err := recorder.Close(context.Background()); err != nil {
				t.Fatal(err)
			}
			if n := len(stored(t, line.DB, 10)); n != 1 {
				t.Fatalf("%d events stored, want 1", n)
			}
		})
	}
}

func TestCleanStopLosesAndDoublesNothing(t *testing.T) {
	const writers, each = 32, 50
	line := &outage{DB: storagetest.SQLite(t), unclear: true}
	recorder := audit.NewRecorder(line, audit.Options{})
	ctx, stop := context.WithCancel(context.Background())
	var running, writing sync.WaitGroup
	running.Go(func() { _ = recorder.Run(ctx) })
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				line.cut.Store(i%7 == 3) // the line comes and goes
				recorder.RecordLater(ctx, audit.Event{Type: audit.GrantCreated, Outcome: audit.Success, Target: fmt.Sprint(w, i)})
			}
		})
		writing.Go(func() { _ = recorder.Close(ctx) }) // flushes race with one another
	}
	writing.Wait()
	stop()
	running.Wait()
	line.cut.Store(false)
	if err := recorder.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, e := range stored(t, line.DB, 2*writers*each) {
		if seen[e.Target] {
			t.Errorf("event %s is stored twice", e.Target)
		}
		seen[e.Target] = true
	}
	if len(seen) != writers*each {
		t.Fatalf("%d events stored, want %d", len(seen), writers*each)
	}
}

func TestFullBufferMakesCallersWaitInsteadOfForgetting(t *testing.T) {
	const room, more = 100, 250
	db := storagetest.SQLite(t)
	recorder := audit.NewRecorder(db, audit.Options{Buffer: room})
	for range more {
		recorder.RecordLater(context.Background(), audit.Event{Type: audit.GrantCreated, Outcome: audit.Success})
	}
	if len(stored(t, db, 1)) == 0 {
		t.Fatal("nothing was stored though the buffer was full")
	}
	if err := recorder.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if n := len(stored(t, db, 2*more)); n != more {
		t.Fatalf("%d events stored, want %d", n, more)
	}
}

func TestEventIsOneRowOneLogRecordAndOneCount(t *testing.T) {
	db := storagetest.SQLite(t)
	var log bytes.Buffer
	counted := &counts{by: map[string]int{}}
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	recorder := audit.NewRecorder(db, audit.Options{
		Counter: counted, Log: slog.New(slog.NewTextHandler(&log, nil)), Clock: func() time.Time { return at },
		Describe: func(_ context.Context, e *audit.Event) { e.IP, e.TraceID = "192.0.2.1", "4bf92f35" },
	})
	if err := recorder.Record(context.Background(), refusal()); err != nil {
		t.Fatal(err)
	}
	events := stored(t, db, 10)
	if len(events) != 1 {
		t.Fatalf("%d events stored, want 1", len(events))
	}
	want := refusal()
	want.ID, want.At, want.IP, want.TraceID, want.Count = events[0].ID, events[0].At, "192.0.2.1", "4bf92f35", 1
	if events[0] != want || !events[0].At.Equal(at) || events[0].ID == "" {
		t.Errorf("stored %+v, want %+v at %v", events[0], want, at)
	}
	if line := log.String(); strings.Count(line, "\n") != 1 || !strings.Contains(line, "reason=wrong_secret") || !strings.Contains(line, "level=WARN") {
		t.Errorf("log: %q", line)
	}
	if counted.by["client.authenticate refused"] != 1 || len(counted.by) != 1 {
		t.Errorf("counts: %v", counted.by)
	}
}

// However many tokens there are, their requests neither read nor write for it.
func TestRecordLaterMakesNoStatement(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(*testing.T) *durable.DB) {
		db := open(t)
		recorder := audit.NewRecorder(db, audit.Options{})
		before := db.Stats()
		for i := range 1000 {
			recorder.RecordLater(context.Background(), audit.Event{Type: audit.TokenIssued, Outcome: audit.Success, ClientID: fmt.Sprint("a_", i%50)})
		}
		if after := db.Stats(); after != before {
			t.Errorf("%+v, before %+v", after, before)
		}
		if err := recorder.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		if n := len(stored(t, db, 100)); n != 50 {
			t.Errorf("%d rows", n)
		}
	})
}
