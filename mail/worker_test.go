package mail_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

func TestMessageThatCouldAddAHeaderIsNotQueued(t *testing.T) {
	n := newNode(t, storagetest.SQLite(t), &mail.Mailbox{})
	for _, m := range injections() {
		if err := n.Queue.Send(t.Context(), m); err == nil {
			t.Errorf("%q, %q queued", m.To, m.Subject)
		}
	}
	if _, err := n.db.ClaimMail(t.Context(), time.Now(), time.Minute); !errors.Is(err, storage.ErrNotFound) {
		t.Fatal(err)
	}
}

func TestQueuedMailIsSealed(t *testing.T) {
	n := newNode(t, storagetest.SQLite(t), &mail.Mailbox{})
	n.send(t, message("secret link"))
	stored, err := n.db.ClaimMail(t.Context(), time.Now(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"secret link", "alice", "Hello"} {
		if bytes.Contains(stored.Sealed, []byte(word)) {
			t.Errorf("%q is legible in the database", word)
		}
	}
}

func TestMailMovedToAnotherRowIsNotDelivered(t *testing.T) {
	box := &mail.Mailbox{}
	n := newNode(t, storagetest.SQLite(t), box)
	n.send(t, message("one"))
	stored, err := n.db.ClaimMail(t.Context(), time.Now(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	stored.ID = storage.NewID("m_")
	if err := n.db.AddMail(t.Context(), stored); err != nil {
		t.Fatal(err)
	}
	n.ahead(2 * time.Minute) // the lease of the original is over
	n.run(t)
	n.until(t, mail.Sent, mail.Retried) // it might open on a node with another secret
	if got := texts(box); !slices.Equal(got, []string{"one"}) {
		t.Errorf("delivered %q", got)
	}
}

func TestExpiredMailIsDropped(t *testing.T) {
	box := &mail.Mailbox{}
	n := newNode(t, storagetest.SQLite(t), box)
	n.send(t, message("late"))
	n.ahead(time.Hour)
	n.run(t)
	n.until(t, mail.Expired)
	if len(box.Messages()) != 0 {
		t.Error("an expired mail was delivered")
	}
	n.queueIsEmpty(t)
}

func TestMailForKnownAddressesDoesNotReachAStranger(t *testing.T) {
	box := &mail.Mailbox{}
	n := newNode(t, storagetest.SQLite(t), box)
	known, stranger := message("to a user"), message("to a stranger")
	stranger.To = "mallory@x.example"
	known.KnownOnly, stranger.KnownOnly = true, true
	n.send(t, stranger)
	n.send(t, known)
	n.run(t)
	n.until(t, mail.Unknown, mail.Sent)
	if got := texts(box); !slices.Equal(got, []string{"to a user"}) {
		t.Errorf("delivered %q", got)
	}
	n.queueIsEmpty(t)
}

func TestMailGoesToTheAddressThatIsKept(t *testing.T) {
	box := &mail.Mailbox{}
	n := newNode(t, storagetest.SQLite(t), box)
	m := message("hello")
	m.To = "ALICE@x.example" // another mailbox, to a server that distinguishes them
	n.send(t, m)
	n.run(t)
	n.until(t, mail.Sent)
	if got := box.Messages(); len(got) != 1 || got[0].To != "alice@x.example" {
		t.Errorf("delivered %+v", got)
	}
}

func TestRefusedMailIsDroppedWithALogLineWithoutItsAddress(t *testing.T) {
	s := &server{Refuse: answer("RCPT", 550)}
	n := newNode(t, storagetest.SQLite(t), transport(t, "smtp://"+s.start(t, "127.0.0.1:0", false), nil))
	n.send(t, message("unwanted"))
	n.run(t)
	n.until(t, mail.Refused)
	n.stop()
	n.queueIsEmpty(t)
	if n.Failing() {
		t.Error("a refused mail is no failure of the mail server")
	}
	if log := n.log.String(); strings.Count(log, "\n") != 1 || strings.Contains(log, "alice") || !strings.Contains(log, "550") {
		t.Errorf("log:\n%s", log)
	}
}

func TestMailWaitsForAServerThatIsDown(t *testing.T) {
	s := &server{}
	addr := freeAddr(t)
	n := newNode(t, storagetest.SQLite(t), transport(t, "smtp://"+addr, nil))
	n.send(t, message("patient"))
	n.run(t)
	n.until(t, mail.Retried)
	if !n.Failing() {
		t.Error("nobody can tell that the mail server is down")
	}
	s.start(t, addr, false)
	n.until(t, mail.Sent)
	if n.Failing() || s.count() != 1 {
		t.Errorf("failing %t, %d mails arrived", n.Failing(), s.count())
	}
	n.queueIsEmpty(t)
}

// The mail that failed here may have been delivered by another node.
func TestFailureOfLongAgoIsNoneAnyMore(t *testing.T) {
	n := newNode(t, storagetest.SQLite(t), transport(t, "smtp://"+freeAddr(t), nil))
	short := message("brief")
	short.Expires = time.Now().Add(time.Second)
	n.send(t, short)
	n.run(t)
	n.until(t, mail.Expired)
	if !n.Failing() {
		t.Error("nobody can tell that the mail server is down")
	}
	n.ahead(2 * time.Minute)
	if n.Failing() {
		t.Error("reported for ever")
	}
}

func TestMailOfAWorkerThatCrashedIsDeliveredByAnother(t *testing.T) {
	box := &mail.Mailbox{}
	n := newNode(t, storagetest.SQLite(t), box)
	n.send(t, message("survivor"))
	if _, err := n.db.ClaimMail(t.Context(), time.Now(), time.Minute); err != nil { // and never heard of again
		t.Fatal(err)
	}
	n.queueIsEmpty(t) // for now
	n.ahead(2 * time.Minute)
	n.run(t)
	n.until(t, mail.Sent)
	if got := texts(box); !slices.Equal(got, []string{"survivor"}) {
		t.Errorf("delivered %q", got)
	}
}

// renewals reports each lease that was lengthened.
type renewals struct {
	*durable.DB
	done chan time.Time
}

func (r renewals) RenewMail(ctx context.Context, id string, held, until time.Time) error {
	err := r.DB.RenewMail(ctx, id, held, until)
	if err == nil {
		r.done <- until
	}
	return err
}

// blocked delivers nothing until it is let go.
type blocked chan struct{}

func (b blocked) Deliver(context.Context, string, mail.Message) error {
	<-b
	return nil
}

func TestMailThatTakesLongIsNobodyElsesMeanwhile(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(*testing.T) *durable.DB) {
		db, slow := open(t), make(blocked)
		n := newNode(t, db, slow)
		watched := renewals{db, make(chan time.Time, 100)}
		sealer, err := keys.NewSealer([]byte("0123456789abcdefghijklmnopqrstuv"))
		if err != nil {
			t.Fatal(err)
		}
		clock := n.Queue.Clock
		n.Queue = mail.NewQueue(watched, sealer)
		n.Queue.Clock = clock
		n.send(t, message("slow"))
		n.run(t)
		until := <-watched.done
		if m, err := db.ClaimMail(t.Context(), until.Add(-time.Second), time.Minute); !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("%q was claimed again, %v", m.ID, err)
		}
		close(slow)
		n.until(t, mail.Sent)
		n.stop()
		n.ahead(time.Hour)
		n.queueIsEmpty(t)
	})
}

func TestStoppedWorkerFinishesTheMailInHand(t *testing.T) {
	slow := &slow{begun: make(chan struct{}), end: make(chan struct{})}
	n := newNode(t, storagetest.SQLite(t), slow)
	n.send(t, message("in hand"))
	n.run(t)
	<-slow.begun
	n.cancel()
	select {
	case <-n.done:
		t.Fatal("the worker left with a mail in hand")
	case <-time.After(20 * time.Millisecond):
	}
	close(slow.end)
	<-n.done
	n.until(t, mail.Sent)
	n.ahead(30 * time.Minute)
	n.queueIsEmpty(t)
}

func TestStoppedWorkerLeavesTheRestToTheNext(t *testing.T) {
	db := storagetest.SQLite(t)
	first := newNode(t, db, &mail.Mailbox{})
	first.run(t)
	first.stop()
	first.send(t, message("left"))
	box := &mail.Mailbox{}
	next := newNode(t, db, box)
	next.run(t)
	next.until(t, mail.Sent)
	if got := texts(box); !slices.Equal(got, []string{"left"}) {
		t.Errorf("delivered %q", got)
	}
}

func TestManyWorkersDeliverEachMailOnce(t *testing.T) {
	const nodes, mails = 4, 60
	storagetest.Databases(t, func(t *testing.T, open func(*testing.T) *durable.DB) {
		db, box := open(t), &mail.Mailbox{}
		sent := make(chan mail.Outcome, mails)
		var senders sync.WaitGroup
		for i := range nodes {
			n := newNode(t, db, box)
			n.outcomes = sent
			n.run(t)
			senders.Go(func() {
				for j := range mails / nodes {
					n.send(t, message(strconv.Itoa(i*100+j)))
				}
			})
		}
		senders.Wait()
		for range mails {
			select {
			case <-sent:
			case <-time.After(time.Minute):
				t.Fatal("some mail is never delivered")
			}
		}
		got := texts(box)
		slices.Sort(got)
		if len(got) != mails || len(slices.Compact(got)) != mails {
			t.Errorf("%d deliveries of %d mails", len(got), mails)
		}
	})
}

func TestMailboxKeepsTheLastMessagesNewestFirst(t *testing.T) {
	box := &mail.Mailbox{}
	if box.Messages() == nil {
		t.Error("an empty mailbox is a list, too")
	}
	for i := range 250 {
		if err := box.Deliver(t.Context(), from, message(strconv.Itoa(i))); err != nil {
			t.Fatal(err)
		}
	}
	if got := texts(box); len(got) != 200 || got[0] != "249" || got[199] != "50" {
		t.Errorf("%d messages, %q … %q", len(got), got[0], got[len(got)-1])
	}
}

// node is a process with a queue and a worker on a database that others may share.
type node struct {
	*mail.Worker
	db       *durable.DB
	log      *bytes.Buffer // read after stop
	outcomes chan mail.Outcome
	mu       sync.Mutex
	offset   time.Duration
	cancel   context.CancelFunc
	done     chan struct{}
}

func newNode(t *testing.T, db *durable.DB, deliver mail.Transport) *node {
	t.Helper()
	sealer, err := keys.NewSealer([]byte("0123456789abcdefghijklmnopqrstuv"))
	if err != nil {
		t.Fatal(err)
	}
	n := &node{db: db, log: &bytes.Buffer{}, outcomes: make(chan mail.Outcome, 1000)}
	queue := mail.NewQueue(db, sealer)
	queue.Clock = func() time.Time {
		n.mu.Lock()
		defer n.mu.Unlock()
		return time.Now().Add(n.offset)
	}
	n.Worker = &mail.Worker{
		Queue: queue, Transport: deliver, From: from, Log: slog.New(slog.NewTextHandler(n.log, nil)),
		Recipient: func(_ context.Context, m mail.Message) (string, error) {
			if strings.ToLower(m.To) == "alice@x.example" {
				return "alice@x.example", nil
			}
			if m.KnownOnly {
				return "", nil
			}
			return m.To, nil
		},
		Report: func(o mail.Outcome) { n.outcomes <- o },
	}
	return n
}

func (n *node) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	n.cancel, n.done = cancel, make(chan struct{})
	go func() {
		defer close(n.done)
		n.Run(ctx)
	}()
	t.Cleanup(n.stop)
}

func (n *node) stop() {
	n.cancel()
	<-n.done
}

// ahead sets the node's clock.
func (n *node) ahead(d time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.offset = d
}

func (n *node) send(t *testing.T, m mail.Message) {
	t.Helper()
	if err := n.Queue.Send(t.Context(), m); err != nil {
		t.Error(err)
	}
}

// until waits for outcomes, in any order.
func (n *node) until(t *testing.T, want ...mail.Outcome) {
	t.Helper()
	late := time.After(time.Minute)
	for len(want) > 0 {
		select {
		case got := <-n.outcomes:
			want = slices.DeleteFunc(want, func(o mail.Outcome) bool { return o == got })
		case <-late:
			t.Fatalf("no mail is ever %q", want)
		}
	}
}

func (n *node) queueIsEmpty(t *testing.T) {
	t.Helper()
	if m, err := n.db.ClaimMail(t.Context(), n.Queue.Clock.Now(), time.Minute); !errors.Is(err, storage.ErrNotFound) {
		t.Fatalf("due: %q, %v", m.ID, err)
	}
}

func message(text string) mail.Message {
	return mail.Message{To: "alice@x.example", Subject: "Hello", Text: text, Expires: time.Now().Add(time.Hour)}
}

func texts(box *mail.Mailbox) []string {
	var all []string
	for _, m := range box.Messages() {
		all = append(all, m.Text)
	}
	return all
}

// slow is a transport that takes until the test ends it.
type slow struct{ begun, end chan struct{} }

func (s *slow) Deliver(context.Context, string, mail.Message) error {
	close(s.begun)
	<-s.end
	return nil
}
