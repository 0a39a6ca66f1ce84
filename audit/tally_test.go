package audit_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

type networkKey struct{}

func from(network string) context.Context {
	return context.WithValue(context.Background(), networkKey{}, network)
}

// node is a recorder on db with a clock of its own.
type node struct {
	*audit.Recorder
	mu  sync.Mutex
	now time.Time
}

func newNode(db *durable.DB) *node {
	n := &node{now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	n.Recorder = audit.NewRecorder(db, audit.Options{
		Clock: func() time.Time {
			n.mu.Lock()
			defer n.mu.Unlock()
			return n.now
		},
		Network:  func(ctx context.Context) string { return ctx.Value(networkKey{}).(string) },
		Describe: func(ctx context.Context, e *audit.Event) { e.IP = ctx.Value(networkKey{}).(string) },
	})
	return n
}

func (n *node) wait(d time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.now = n.now.Add(d)
}

func total(events []audit.Event) (sum int64) {
	for _, e := range events {
		sum += e.Count
	}
	return sum
}

func TestRefusalsOfAMinuteAreOneRowWithTheirCount(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(*testing.T) *durable.DB) {
		db := open(t)
		nodes := []*node{newNode(db), newNode(db)}
		var many sync.WaitGroup
		for i := range 16 {
			many.Go(func() {
				for range 50 {
					if err := nodes[i%2].Record(from("192.0.2.0/24"), refusal()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		many.Wait()
		if got := stored(t, db, 100); len(got) != 2 { // at once, and one for each node
			t.Fatalf("%d rows", len(got))
		}
		nodes[0].wait(time.Minute)
		if err := nodes[0].Record(from("192.0.2.0/24"), refusal()); err != nil { // begins the next minute
			t.Fatal(err)
		}
		for _, n := range nodes {
			for range 2 { // a count that was stored is not added again
				if err := n.Close(context.Background()); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got := stored(t, db, 100); len(got) != 3 || total(got) != 801 {
			t.Fatalf("%d rows tell of %d refusals, want 3 of 801", len(got), total(got))
		}
	})
}

func TestRefusalOfAnotherKindUserOrNetworkIsARowOfItsOwn(t *testing.T) {
	db := storagetest.SQLite(t)
	n := newNode(db)
	for _, network := range []string{"192.0.2.0/24", "198.51.100.0/24"} {
		for _, change := range []func(*audit.Event){
			func(*audit.Event) {}, func(e *audit.Event) { e.Reason = "other" }, func(e *audit.Event) { e.UserID = "u_1" }, func(e *audit.Event) { e.ClientID = "a_2" },
		} {
			for range 3 {
				e := refusal()
				change(&e)
				if err := n.Record(from(network), e); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if got := stored(t, db, 100); len(got) != 8 {
		t.Errorf("%d rows, want 8", len(got))
	}
}

// What an anonymous caller makes up must not become rows, from one network or from very many.
func TestStrangersCannotFillTheLogWithMadeUpNames(t *testing.T) {
	const each, networks = 100, 400
	db := storagetest.SQLite(t)
	n := newNode(db)
	for network := range networks {
		for i := range each {
			e := refusal()
			e.ClientID, e.Target = fmt.Sprint("a_", network, "_", i), fmt.Sprint(i)
			e.CredentialID, e.Scopes, e.Resource = e.Target, e.Target, e.Target
			n.RecordLater(from(fmt.Sprint(network)), e)
		}
		if network == 0 {
			if err := n.Close(context.Background()); err != nil {
				t.Fatal(err)
			}
			if got := stored(t, db, 1000); len(got) > 17 || total(got) != each {
				t.Fatalf("one network made %d rows of %d refusals", len(got), total(got))
			}
		}
	}
	if err := n.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	got := stored(t, db, 10*networks)
	if len(got) > 1100 || total(got) != each*networks {
		t.Errorf("%d rows tell of %d refusals, want at most 1100 of %d", len(got), total(got), each*networks)
	}
	for _, e := range got {
		if e.ClientID == "" && e.Target != "" || e.IP == "" && e.ClientID != "" {
			t.Errorf("%+v says half of what it was about", e)
		}
	}
}

// A refusal that ended something happens once for each, and says of which.
func TestReplaysAreNeverFolded(t *testing.T) {
	db := storagetest.SQLite(t)
	n := newNode(db)
	for i := range 40 {
		e := audit.Event{Type: audit.RefreshReused, Outcome: audit.Refused, Target: fmt.Sprint("g_", i)}
		if err := n.Record(from("192.0.2.0/24"), e); err != nil {
			t.Fatal(err)
		}
	}
	if got := stored(t, db, 100); len(got) != 40 || got[0].Target == "" {
		t.Errorf("%d rows", len(got))
	}
}

func TestTokensAreCountedByClientAndHour(t *testing.T) {
	db := storagetest.SQLite(t)
	n := newNode(db)
	for i := range 3000 {
		n.RecordLater(from(fmt.Sprint(i)), audit.Event{Type: audit.TokenIssued, Outcome: audit.Success, ClientID: fmt.Sprint("a_", i%3), Method: "client_credentials"})
	}
	if err := n.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := stored(t, db, 100); len(got) != 3 || got[0].Count != 1000 || got[0].IP != "" {
		t.Errorf("%+v", got)
	}
}

// Who the token is for, what it is for and what the client authenticated with are in its event.
func TestTokensOfAnotherUserResourceOrCredentialAreARowOfTheirOwn(t *testing.T) {
	db := storagetest.SQLite(t)
	n := newNode(db)
	for i := range 60 {
		e := audit.Event{Type: audit.TokenRefreshed, Outcome: audit.Success, ClientID: "c_1", UserID: "u_1", Resource: "https://a.example", Scopes: "read", CredentialID: "cs_1"}
		switch i % 6 {
		case 1:
			e.UserID = "u_2"
		case 2:
			e.Resource = "https://b.example"
		case 3:
			e.Scopes = "read write"
		case 4:
			e.CredentialID = "cs_2"
		case 5:
			e.Actors = "a_1"
		}
		n.RecordLater(from("192.0.2.0/24"), e)
	}
	if err := n.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	got := stored(t, db, 100)
	if len(got) != 6 || total(got) != 60 {
		t.Errorf("%d rows tell of %d tokens, want 6 of 60", len(got), total(got))
	}
	for _, e := range got {
		if e.ClientID == "" || e.UserID == "" || e.Resource == "" || e.Scopes == "" || e.CredentialID == "" {
			t.Errorf("%+v says too little", e)
		}
	}
}

// However many users there are, their tokens are still counted by client.
func TestTokensOfManyUsersStillNameTheClient(t *testing.T) {
	const users = 20_000
	db := storagetest.SQLite(t)
	n := newNode(db)
	for i := range users {
		n.RecordLater(from("192.0.2.0/24"), audit.Event{Type: audit.TokenRefreshed, Outcome: audit.Success, ClientID: "c_1", UserID: fmt.Sprint("u_", i)})
	}
	if err := n.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	got := stored(t, db, 2*users)
	if len(got) >= users || total(got) != users {
		t.Errorf("%d rows tell of %d tokens of %d users", len(got), total(got), users)
	}
	for _, e := range got {
		if e.ClientID != "c_1" {
			t.Errorf("%+v does not name the client", e)
		}
	}
}
