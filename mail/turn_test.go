package mail_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

type origin struct{ network, wide string }

type originKey struct{}

func asked(ctx context.Context) (network, wide string) {
	o, _ := ctx.Value(originKey{}).(origin)
	return o.network, o.wide
}

// Networks of strangers have asked for thousands of mails. One that another person asks for now, or that
// the server sends by itself, is delivered before nearly all of them.
func TestMailsOfAFloodStandBehindThoseOfOthers(t *testing.T) {
	storagetest.Databases(t, func(t *testing.T, open func(*testing.T) *durable.DB) {
		n := newNode(t, open(t), &mail.Mailbox{})
		n.Queue.From = asked
		send := func(o origin, life time.Duration) {
			m := message("a code")
			m.Expires = time.Now().Add(life)
			if err := n.Queue.Send(context.WithValue(t.Context(), originKey{}, o), m); err != nil {
				t.Fatal(err)
			}
		}
		const networks, each = 100, 20
		for i := range networks * each {
			send(origin{fmt.Sprint("network ", i%networks), fmt.Sprint("wide ", i%10)}, time.Hour)
		}
		send(origin{"home", "provider"}, 3*time.Hour) // asked for by a person
		send(origin{}, 3*time.Hour)                   // sent by the server
		before, found := 0, 0
		for ; found < 2; before++ {
			claimed, err := n.db.ClaimMail(t.Context(), time.Now(), time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			if claimed.ExpiresAt.After(time.Now().Add(2 * time.Hour)) {
				found++
			}
		}
		if before > networks*each/10 {
			t.Errorf("%d of %d mails stood before them", before, networks*each)
		}
	})
}

func TestMailsAreDeliveredInTurnAtOnceWhenNothingElseWaits(t *testing.T) {
	box := &mail.Mailbox{}
	n := newNode(t, storagetest.SQLite(t), box)
	n.Queue.From = func(context.Context) (string, string) { return "office", "provider" }
	for range 30 {
		n.send(t, message("a code"))
	}
	n.run(t)
	for range 30 {
		n.until(t, mail.Sent)
	}
	n.queueIsEmpty(t)
}
