package registration_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/registration"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
)

func tokens(db *durable.DB) registration.IssuedTokens {
	return registration.IssuedTokens{Store: db, Audit: audit.NewRecorder(db, audit.Options{})}
}

// ticket makes an initial access token.
func ticket(t *testing.T, db *durable.DB, end time.Time, uses int64) (id, bearer string) {
	t.Helper()
	token, bearer, err := tokens(db).Create(t.Context(), audit.Operator("root"), "CI", end, uses)
	if err != nil {
		t.Fatal(err)
	}
	return token.ID, bearer
}

func closed(e *registration.Endpoint) { e.Open = false }

func TestRegistrationTokenIsRefusedWhenItIsOver(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		d := open(t, db, closed)
		_, expired := ticket(t, db, time.Now().Add(-time.Second), 0)
		id, revoked := ticket(t, db, time.Time{}, 0)
		if err := tokens(db).Revoke(t.Context(), audit.Operator("root"), id); err != nil {
			t.Fatal(err)
		}
		for name, bearer := range map[string]string{"expired": expired, "revoked": revoked, "unknown": expired + "x", "none": ""} {
			mustFail(t, name, d.register(t, app(), "Authorization", "Bearer "+bearer), http.StatusUnauthorized, "invalid_token")
		}
		if count(t, db) != 0 {
			t.Error("a client was made")
		}
	})
}

func TestMistakesUseNoRegistrationTokenUp(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		d := open(t, db, closed)
		_, once := ticket(t, db, time.Now().Add(time.Hour), 1)
		mustFail(t, "a mistake", d.register(t, app("redirect_uris", nil), "Authorization", "Bearer "+once), http.StatusBadRequest, "invalid_redirect_uri")
		if got := d.register(t, app(), "Authorization", "Bearer "+once); got.StatusCode != http.StatusCreated {
			t.Fatalf("%d %s", got.StatusCode, got.text)
		}
		mustFail(t, "beyond its uses", d.register(t, app(), "Authorization", "Bearer "+once), http.StatusUnauthorized, "invalid_token")
		all, err := db.RegistrationTokens(t.Context())
		if err != nil || len(all) != 1 || all[0].Uses != 1 || all[0].LastUsedAt.IsZero() || all[0].Live(time.Now()) {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

func TestParallelRegistrationsStayWithinTheUsesOfAToken(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		nodes := []*door{open(t, db, closed), open(t, db, closed)}
		_, bearer := ticket(t, db, time.Time{}, 3)
		var made atomic.Int32
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				switch got := nodes[i%2].register(t, app(), "Authorization", "Bearer "+bearer); got.StatusCode {
				case http.StatusCreated:
					made.Add(1)
				case http.StatusUnauthorized:
				default:
					t.Errorf("%d %s", got.StatusCode, got.text)
				}
			})
		}
		all.Wait()
		if made.Load() != 3 || count(t, db) != 3 {
			t.Errorf("%d were made, %d are there", made.Load(), count(t, db))
		}
	})
}

// noTrail is an audit trail that cannot be written.
type noTrail struct{}

func (noTrail) AppendEvents(context.Context, []audit.Event) error { return storage.ErrUnavailable }

func TestRegistrationTokensAreRecordedFirstAndRevokedFirst(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		cut := registration.IssuedTokens{Store: db, Audit: audit.NewRecorder(noTrail{}, audit.Options{})}
		if _, bearer, err := cut.Create(t.Context(), audit.Operator("root"), "CI", time.Time{}, 0); !errors.Is(err, storage.ErrUnavailable) || bearer != "" {
			t.Errorf("made without a record: %v", err)
		}
		if all, err := db.RegistrationTokens(t.Context()); err != nil || len(all) != 0 {
			t.Errorf("%d tokens, %v", len(all), err)
		}
		id, bearer := ticket(t, db, time.Time{}, 0)
		if err := cut.Revoke(t.Context(), audit.Operator("root"), id); !errors.Is(err, storage.ErrUnavailable) {
			t.Errorf("err = %v", err)
		}
		d := open(t, db, closed)
		mustFail(t, "revoked", d.register(t, app(), "Authorization", "Bearer "+bearer), http.StatusUnauthorized, "invalid_token")
	})
}
