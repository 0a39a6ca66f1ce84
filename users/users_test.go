package users_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/login/recoverlink"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/users"
)

const (
	operator = audit.Actor("cli:root")
	issuer   = "https://login.example"
)

// world is the service on a real store, with a real audit trail that can be cut off.
type world struct {
	*users.Service
	t      *testing.T
	db     *durable.DB
	trail  *trail
	sealer *keys.Sealer
}

type trail struct {
	*audit.Recorder
	cut bool
}

var errCut = errors.New("audit trail is cut")

func (t *trail) Record(ctx context.Context, e audit.Event) error {
	if t.cut {
		return errCut
	}
	return t.Recorder.Record(ctx, e)
}

func onBoth(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	storagetest.Databases(t, func(t *testing.T, open func(*testing.T) *durable.DB) {
		db := open(t)
		trail := &trail{Recorder: audit.NewRecorder(db, audit.Options{})}
		secret := make([]byte, 32)
		rand.Read(secret)
		sealer, err := keys.NewSealer(secret)
		if err != nil {
			t.Fatal(err)
		}
		test(t, &world{&users.Service{Store: db, Audit: trail}, t, db, trail, sealer})
	})
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) is(err, want error) {
	w.t.Helper()
	if !errors.Is(err, want) {
		w.t.Errorf("err = %v, want %v", err, want)
	}
}

func (w *world) create(email string) storage.User {
	w.t.Helper()
	u, err := w.Create(w.t.Context(), operator, users.User{Email: email, Name: "Ada", Profile: storage.Profile{Locale: "de-AT"}})
	w.ok(err)
	return u
}

func (w *world) post() users.Post {
	w.t.Helper()
	pages, err := templates.New(templates.Brand{})
	w.ok(err)
	return users.Post{Issuer: issuer, Sealer: w.sealer, Letters: pages, Mailer: mail.NewQueue(w.db, w.sealer)}
}

// mails returns the texts that wait to be delivered.
func (w *world) mails() (texts []string) {
	w.t.Helper()
	for {
		m, err := w.db.ClaimMail(w.t.Context(), time.Now().Add(time.Second), time.Minute)
		if errors.Is(err, storage.ErrNotFound) {
			return texts
		}
		w.ok(err)
		text, err := w.sealer.Open("mail:"+m.ID, m.Sealed)
		w.ok(err)
		texts = append(texts, string(text))
	}
}

// proof is what shows that an address is the user's, and has not been spent.
func (w *world) proof() storage.Spent {
	return storage.Spent{Kind: "email", Value: storage.NewID(""), Until: time.Now().Add(time.Hour)}
}

func (w *world) events() []audit.Event {
	w.t.Helper()
	events, err := w.db.Events(w.t.Context(), audit.Filter{Limit: 100})
	w.ok(err)
	return events
}

func TestInvalidUserIsNotCreated(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for field, u := range map[string]users.User{
			"email": {Email: "ada@example.com,eve@example.com"}, "name": {Email: "ada@example.com", Name: "Ada\u202e"},
		} {
			_, err := w.Create(t.Context(), operator, u)
			if invalid, ok := errors.AsType[clients.Invalid](err); !ok || invalid.Field != field {
				t.Errorf("err = %v, want an Invalid of %s", err, field)
			}
		}
		if all, err := w.List(t.Context(), "", storage.Page{}); err != nil || len(all) != 0 || len(w.events()) != 0 {
			t.Errorf("%d users, %v, %d events", len(all), err, len(w.events()))
		}
	})
}

func TestOfManyUsersOfOneAddressOneIsCreated(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		var creating sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			creating.Go(func() {
				_, errs[i] = w.Create(t.Context(), operator, users.User{Email: "ada@example.com"})
			})
		}
		creating.Wait()
		made := 0
		for _, err := range errs {
			if err == nil {
				made++
			} else {
				w.is(err, storage.ErrExists)
			}
		}
		if all, err := w.List(t.Context(), "", storage.Page{}); err != nil || len(all) != 1 || made != 1 {
			t.Errorf("%d users, %d made, %v", len(all), made, err)
		}
	})
}

func TestUsersAreFoundByIDAndByAddress(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.create("ada@example.com")
		for _, by := range []string{ada.ID, "ADA@example.com"} {
			if u, err := w.Find(t.Context(), by); err != nil || u.ID != ada.ID {
				t.Errorf("%s: %v, %v", by, u.ID, err)
			}
		}
		_, err := w.Find(t.Context(), "eve@example.com")
		w.is(err, storage.ErrNotFound)
		w.is(w.Disable(t.Context(), operator, "u_none"), storage.ErrNotFound)
		w.is(w.Delete(t.Context(), operator, "u_none"), storage.ErrNotFound)
		_, err = w.Change(t.Context(), operator, "u_none", func(*storage.User) error { return nil })
		w.is(err, storage.ErrNotFound)
	})
}

func TestPowerIsNotGivenWithoutARecord(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		ada := w.create("ada@example.com")
		eve := w.create("eve@example.com")
		w.ok(w.Disable(ctx, operator, eve.ID))
		before, err := w.List(ctx, "", storage.Page{})
		w.ok(err)
		w.trail.cut = true
		for what, attempt := range map[string]func() error{
			"create": func() error { _, err := w.Create(ctx, operator, users.User{Email: "new@example.com"}); return err },
			"enable": func() error { return w.Enable(ctx, operator, eve.ID) },
			"change": func() error {
				_, err := w.Change(ctx, operator, ada.ID, func(u *storage.User) error { u.Profile.PreferredUsername = "root"; return nil })
				return err
			},
			"address": func() error { return w.ChangeEmail(ctx, operator, ada.ID, "root@example.com", w.proof()) },
			"second":  func() error { return w.SetSecondEmail(ctx, operator, ada.ID, "root@example.com", w.proof()) },
			"groups":  func() error { _, err := w.SetGroups(ctx, operator, ada, []string{"admins"}); return err },
			"recover": func() error { _, err := w.Recover(ctx, operator, w.post(), ada, 0, time.Hour); return err },
		} {
			if err := attempt(); !errors.Is(err, errCut) {
				t.Errorf("%s: err = %v, want %v", what, err, errCut)
			}
		}
		after, err := w.List(ctx, "", storage.Page{})
		w.ok(err)
		if was, is := asJSON(t, before), asJSON(t, after); was != is {
			t.Errorf("something changed:\n%s\n%s", was, is)
		}
		if mails := w.mails(); len(mails) != 0 {
			t.Errorf("%d mails", len(mails))
		}
	})
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestPowerIsTakenAwayEvenWithoutARecord(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada, eve := w.create("ada@example.com"), w.create("eve@example.com")
		l, err := w.Recover(t.Context(), operator, w.post(), ada, 0, time.Hour)
		w.ok(err)
		w.ok(w.SetSecondEmail(t.Context(), operator, ada.ID, "ada@second.example", w.proof()))
		w.trail.cut = true
		w.is(w.DropSecondEmail(t.Context(), operator, ada.ID, "ada@second.example"), users.ErrUnrecorded)
		w.is(w.DropSecondEmail(t.Context(), operator, ada.ID, "ada@second.example"), storage.ErrNotFound)
		w.is(w.Disable(t.Context(), operator, ada.ID), errCut)
		w.is(w.Delete(t.Context(), operator, eve.ID), errCut)
		w.is(w.VoidRecovery(t.Context(), operator, ada.ID, l.ID), errCut)
		w.is(w.VoidRecovery(t.Context(), operator, ada.ID, l.ID), storage.ErrSpent)
		if u, err := w.Find(t.Context(), ada.ID); err != nil || u.DisabledAt.IsZero() {
			t.Errorf("still enabled: %v, %v", u.DisabledAt, err)
		}
		_, err = w.Find(t.Context(), eve.ID)
		w.is(err, storage.ErrNotFound)
	})
}

func TestEveryActNamesWhoActs(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		by := []audit.Actor{audit.Operator("root"), audit.Account, "user:u_admin", "client:c_console"}
		var want []string
		did := func(event string, by audit.Actor, err error) {
			t.Helper()
			w.ok(err)
			want = append(want, event+" "+string(by))
		}
		for i, by := range by {
			u, err := w.Create(ctx, by, users.User{Email: string(rune('a'+i)) + "@example.com"})
			did(audit.UserCreated, by, err)
			u, err = w.Change(ctx, by, u.ID, func(u *storage.User) error { u.Name = "Ada"; return nil })
			did(audit.ProfileChanged, by, err)
			did(audit.EmailChanged, by, w.ChangeEmail(ctx, by, u.ID, string(rune('a'+i))+"@new.example", w.proof()))
			did(audit.SecondEmailSet, by, w.SetSecondEmail(ctx, by, u.ID, u.Email, w.proof()))
			did(audit.SecondEmailRemoved, by, w.DropSecondEmail(ctx, by, u.ID, u.Email))
			u, err = w.Find(ctx, u.ID)
			w.ok(err)
			u, err = w.SetGroups(ctx, by, u, []string{"ops"})
			did(audit.UserGroups, by, err)
			l, err := w.Recover(ctx, by, w.post(), u, 0, time.Hour)
			did(audit.RecoveryLinkMade, by, err)
			did(audit.RecoveryLinkVoided, by, w.VoidRecovery(ctx, by, u.ID, l.ID))
			did(audit.UserDisabled, by, w.Disable(ctx, by, u.ID))
			did(audit.UserEnabled, by, w.Enable(ctx, by, u.ID))
			did(audit.UserDeleted, by, w.Delete(ctx, by, u.ID))
		}
		var got []string
		for _, e := range w.events() {
			got = append(got, e.Type+" "+e.Method)
		}
		slices.Sort(got) // several fall into the same millisecond
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("recorded %v, want %v", got, want)
		}
	})
}

// Both have read the user before either writes.
func TestOfTwoChangesAtOnceTheSecondConflicts(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.create("ada@example.com")
		var reading, changing sync.WaitGroup
		reading.Add(2)
		errs, names := make([]error, 2), []string{"Ada King", "Ada Lovelace"}
		for i := range errs {
			changing.Go(func() {
				_, errs[i] = w.Change(t.Context(), operator, ada.ID, func(u *storage.User) error {
					u.Name = names[i]
					reading.Done()
					reading.Wait()
					return nil
				})
			})
		}
		changing.Wait()
		lost := slices.IndexFunc(errs, func(err error) bool { return errors.Is(err, storage.ErrConflict) })
		if lost < 0 || errs[1-lost] != nil {
			t.Fatalf("errors %v, want one conflict", errs)
		}
		if u, err := w.Find(t.Context(), ada.ID); err != nil || u.Name != names[1-lost] {
			t.Errorf("name %q, %v", u.Name, err)
		}
		_, err := w.SetGroups(t.Context(), operator, ada, []string{"ops"}) // as read before
		w.is(err, storage.ErrConflict)
	})
}

// Whether a change was made can be read from the trail, whichever of many came first.
func TestOfManyChangesAtOnceOneIsMadeAndTheOthersAreRecordedAsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		const many = 8
		ada, proof := w.create("ada@example.com"), w.proof()
		for event, change := range map[string]func(i int) error{
			audit.ProfileChanged: func(i int) error {
				_, err := w.Update(t.Context(), audit.Account, ada, func(u *storage.User) error { u.Name = fmt.Sprint("Ada ", i); return nil })
				return err
			},
			audit.EmailChanged: func(int) error { return w.ChangeEmail(t.Context(), audit.Account, ada.ID, "ada@new.example", proof) },
		} {
			var changing sync.WaitGroup
			errs := make([]error, many)
			for i := range errs {
				changing.Go(func() { errs[i] = change(i) })
			}
			changing.Wait()
			made := 0
			for _, err := range errs {
				if err == nil {
					made++
				} else if !errors.Is(err, storage.ErrConflict) && !errors.Is(err, storage.ErrSpent) {
					t.Errorf("%s: %v", event, err)
				}
			}
			w.ok(w.trail.Close(t.Context())) // stores how often, too
			var recorded, undone int
			for _, e := range w.events() {
				if e.Type == event && e.Outcome == audit.Success {
					recorded++
				}
				if e.Type == event && e.Reason == users.Overtaken {
					undone += int(e.Count)
				}
			}
			if made != 1 || recorded-undone != made {
				t.Errorf("%s: %d made, %d recorded, %d of them undone", event, made, recorded, undone)
			}
			var err error
			ada, err = w.Find(t.Context(), ada.ID)
			w.ok(err)
		}
	})
}

func TestTakenAddressIsNotRecordedAsGiven(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada, eve := w.create("ada@example.com"), w.create("eve@example.com")
		before := len(w.events())
		w.is(w.ChangeEmail(t.Context(), audit.Account, ada.ID, "EVE@example.com", w.proof()), storage.ErrExists)
		w.is(w.SetSecondEmail(t.Context(), audit.Account, ada.ID, eve.Email, w.proof()), storage.ErrExists)
		if more := len(w.events()) - before; more != 0 {
			t.Errorf("%d events", more)
		}
	})
}

// The operator and the profile page accept the same names.
func TestNameIsKeptWithoutSpaceAroundItAndUpToItsLength(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		long := strings.Repeat("x", 200)
		u, err := w.Create(t.Context(), operator, users.User{Email: "ada@example.com", Name: " " + long + " "})
		if w.ok(err); u.Name != long {
			t.Errorf("name %q", u.Name)
		}
		for _, bad := range []string{long + "x", "a\nb", "a\u202eb"} {
			_, err = w.Change(t.Context(), operator, u.ID, func(u *storage.User) error { u.Name = bad; return nil })
			if invalid, ok := errors.AsType[clients.Invalid](err); !ok || invalid.Field != "name" {
				t.Errorf("%q: err = %v, want an Invalid of name", bad, err)
			}
		}
	})
}

func TestRecoveryLinkIsAnnouncedAndNotTold(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.create("ada@example.com")
		ada.SecondEmail = "ada@second.example"
		l, err := w.Recover(t.Context(), operator, w.post(), ada, time.Hour, time.Hour)
		w.ok(err)
		token, ours := strings.CutPrefix(l.URL, issuer+"/login/recover/")
		opened, err := recoverlink.Open(w.sealer, token)
		if !ours || err != nil || opened.UserID != ada.ID || opened.ID != l.ID || l.Until.Sub(l.From) != time.Hour {
			t.Errorf("%s opens as %+v, %v", l.URL, opened, err)
		}
		mails := w.mails()
		if len(mails) != 2 || strings.Contains(strings.Join(mails, ""), token) {
			t.Errorf("%d mails, or one tells the link", len(mails))
		}
		ada.DisabledAt = time.Now()
		_, err = w.Recover(t.Context(), operator, w.post(), ada, 0, time.Hour)
		w.is(err, users.ErrDisabled)
		w.is(w.VoidRecovery(t.Context(), operator, w.create("eve@example.com").ID, l.ID), storage.ErrNotFound)
	})
}

func TestInvitationIsSentInTheLanguageOfTheUser(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.ok(w.post().Invite(t.Context(), w.create("ada@example.com")))
		mails := w.mails()
		if len(mails) != 1 || !strings.Contains(mails[0], issuer+"/login/invitation/symbolon_rl_") || !strings.Contains(mails[0], "Ada") {
			t.Errorf("mails %q", mails)
		}
	})
}

// Who works for the operator is not told to the people it is about.
func TestExportDoesNotNameTheOperator(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.create("ada@example.com")
		d, err := w.Export(t.Context(), "ada@example.com")
		w.ok(err)
		if len(d.Activity) != 1 || d.Activity[0].Method != "cli" {
			t.Errorf("activity %+v", d.Activity)
		}
	})
}
