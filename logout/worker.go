package logout

import (
	"context"
	"log/slog"
	"net/url"
	"time"

	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/outbound"
	"github.com/symbolon-id/symbolon/outbox"
	"github.com/symbolon-id/symbolon/storage"
)

const (
	storeFor = 5 * time.Second  // a statement of the store takes no longer
	tryFor   = 10 * time.Second // nor does a try: reading the client, signing, five seconds of its server
	leaseFor = 30 * time.Second // more than all of it: a notice claimed this long ago is abandoned
	lanes    = 8                // tries at a time
	aside    = 120              // of clients that have not answered within patience
	patience = 250 * time.Millisecond
)

// Store keeps the notices durably, and the clients.
type Store interface {
	// ClaimLogoutNotice gives one due notice to one caller and keeps it from all others for lease. It
	// returns storage.ErrNotFound when none is due.
	ClaimLogoutNotice(ctx context.Context, now time.Time, lease time.Duration) (storage.LogoutNotice, error)
	ForgetLogoutNotice(ctx context.Context, n storage.LogoutNotice) error
	// RetryLogoutNotice makes the notice due again at nextTry, and counts the try.
	RetryLogoutNotice(ctx context.Context, n storage.LogoutNotice, nextTry time.Time) error
	// PauseLogoutNotices lets no notice to the client be due before until.
	PauseLogoutNotices(ctx context.Context, clientID string, until time.Time) error
	// Client returns the client, disabled or not, or storage.ErrNotFound.
	Client(ctx context.Context, id string) (storage.Client, error)
}

// Tokens makes the logout tokens of a client.
type Tokens interface {
	LogoutToken(ctx context.Context, c storage.Client, n storage.LogoutNotice) (string, error)
}

// Poster sends a form to an address that someone else chose, and returns the status of the answer.
type Poster interface {
	Post(ctx context.Context, rawURL string, form url.Values, limits outbound.Limits) (status int, err error)
}

var _ Poster = (*outbound.Client)(nil)

// Worker delivers what is queued. Several nodes may each run one.
type Worker struct {
	Store  Store
	Tokens Tokens
	Post   Poster
	Log    *slog.Logger
	Report func(Outcome) // counts; optional
	Clock  clock.Clock   // nil: the system's
}

// Run delivers until ctx ends, then finishes what is in hand (seconds) and returns.
func (w *Worker) Run(ctx context.Context) {
	outbox.Worker[storage.LogoutNotice]{
		Name: "logout", Lanes: lanes, Aside: aside, Patience: patience, Log: w.Log,
		Claim: func(ctx context.Context) (storage.LogoutNotice, error) {
			return w.Store.ClaimLogoutNotice(ctx, w.Clock.Now(), leaseFor)
		},
		Handle: w.handle,
	}.Run(ctx)
}
