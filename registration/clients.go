package registration

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/outbound"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// Store keeps clients. A client that is not there is storage.ErrNotFound.
type Store interface {
	Client(ctx context.Context, id string) (storage.Client, error)
	CreateClient(ctx context.Context, c storage.Client) error
	UpdateClient(ctx context.Context, c *storage.Client) error
	Spend(ctx context.Context, s storage.Spent) error
}

// Fetcher asks addresses that somebody else chose.
type Fetcher interface {
	Check(rawURL string) (*url.URL, error)
	Known(rawURL string, limits outbound.Limits) bool
	Get(ctx context.Context, rawURL string, limits outbound.Limits) (*outbound.Response, error)
	// Reject has what Get returned asked for anew soon, however long it may be kept.
	Reject(rawURL string, limits outbound.Limits, reason string)
}

var _ Fetcher = (*outbound.Client)(nil)

// Recorder records one audit event durably.
type Recorder interface {
	Record(ctx context.Context, e audit.Event) error
}

// Consents is what people have allowed.
type Consents interface {
	// ForgetConsents makes everybody be asked again for this client.
	ForgetConsents(ctx context.Context, clientID string) error
	// RevokeClientGrants ends everything this client was issued.
	RevokeClientGrants(ctx context.Context, clientID, why string) error
}

// Times of a stored document.
const (
	staleFor     = 24 * time.Hour // it is used while its site is down
	confirmEvery = time.Hour      // that it is still there is written down
)

// fetchLimit bounds how many documents one network can make us fetch.
var fetchLimit = web.Limit{Events: 60, Per: time.Minute}

// Clients are the registered ones, and those whose client_id is the address of a document about
// them. What anybody can make us read is cached by the fetcher and nowhere else. Once a person has allowed
// such a client something, its last valid state is kept among the clients, so that grants can refer to
// it.
type Clients struct {
	Store    Store
	Fetch    Fetcher
	Rules    Rules
	Consents Consents // nil: what was allowed stays allowed when the document changes
	Logos    *Logos   // of those that somebody here answers for; nil: none are kept
	Limiter  web.Limiter
	Audit    Recorder
	Clock    clock.Clock // nil: the system's

	keeping flights
}

// Spend uses a client's assertion up.
func (c *Clients) Spend(ctx context.Context, s storage.Spent) error { return c.Store.Spend(ctx, s) }

// Client returns the client with its live secrets, disabled or not. A document that cannot be had,
// or is not valid, is an Unusable, which is a storage.ErrNotFound.
func (c *Clients) Client(ctx context.Context, id string) (storage.Client, error) {
	if !isURL(id) {
		return c.Store.Client(ctx, id)
	}
	if err := c.address(id); err != nil {
		return storage.Client{}, note(ctx, err)
	}
	known, err := c.Store.Client(ctx, id)
	switch {
	case err != nil && !errors.Is(err, storage.ErrNotFound):
		return storage.Client{}, err
	case !known.DisabledAt.IsZero():
		return known, nil // whatever its document says
	}
	current, err := c.current(ctx, id)
	switch {
	case err == nil && known.ID == "":
		return current, nil
	case err == nil && !c.isDue(known, current):
		return known, nil
	case err == nil:
		return c.keeping.do(ctx, id, func(ctx context.Context) (storage.Client, error) { return c.keep(ctx, current) })
	case isTemporary(err) && c.Clock.Now().Before(known.UpdatedAt.Add(staleFor)):
		return known, nil
	case errors.Is(err, storage.ErrUnavailable):
		return storage.Client{}, err
	}
	return storage.Client{}, note(ctx, err)
}

// Keep writes a client down as it was shown to the person who allows it something. One that is there
// already stays as it is; others than those of documents always are.
func (c *Clients) Keep(ctx context.Context, shown storage.Client) error {
	if !isURL(shown.ID) {
		return nil
	}
	_, err := c.keeping.do(ctx, shown.ID, func(ctx context.Context) (storage.Client, error) {
		known, err := c.Store.Client(ctx, shown.ID)
		if errors.Is(err, storage.ErrNotFound) {
			return c.add(ctx, shown)
		}
		return known, err
	})
	return err
}

// Known returns a client as it was last seen, without asking its site: for what has begun already.
func (c *Clients) Known(ctx context.Context, id string) (storage.Client, error) {
	return c.Store.Client(ctx, id)
}

// Changed tells whether people who saw the client as it was would not know it as it was last seen. One
// that is gone has changed.
func (c *Clients) Changed(ctx context.Context, was storage.Client) (bool, error) {
	is, err := c.Store.Client(ctx, was.ID)
	if errors.Is(err, storage.ErrNotFound) {
		return true, nil
	}
	return err == nil && !clients.SameFace(was, is), err
}

// current returns the client as its document has it now.
func (c *Clients) current(ctx context.Context, id string) (storage.Client, error) {
	if err := c.mayFetch(ctx, id, outbound.Document()); err != nil {
		return storage.Client{}, err
	}
	return c.read(ctx, id)
}

func (c *Clients) mayFetch(ctx context.Context, url string, limits outbound.Limits) error {
	return mayFetch(ctx, c.Fetch, c.Limiter, url, limits)
}

// mayFetch counts what is not known yet: a host that somebody else chose is asked for nothing more often.
func mayFetch(ctx context.Context, fetch Fetcher, limiter web.Limiter, url string, limits outbound.Limits) error {
	if fetch.Known(url, limits) {
		return nil
	}
	return tooMany(limiter.AllowNetwork(ctx, "document", fetchLimit))
}

func tooMany(err error) error {
	if _, limited := errors.AsType[*web.Error](err); limited {
		return &outbound.Error{Reason: "too many fetches", Temporary: true, Err: err}
	}
	return err
}

func isTemporary(err error) bool {
	failed, ok := errors.AsType[*outbound.Error](err)
	return ok && failed.Temporary
}

// note tells the log why, and the caller only that there is no such client; or that we did not ask,
// which is no fault of the client's.
func note(ctx context.Context, err error) error {
	if failed, ok := errors.AsType[*outbound.Error](err); ok {
		err = Unusable{failed.Reason}
		if failed.Err != nil {
			web.Annotate(ctx, slog.String("client_document", failed.Reason))
			return unasked(failed)
		}
	}
	if reason, ok := errors.AsType[Unusable](err); ok {
		web.Annotate(ctx, slog.String("client_document", reason.Reason))
	}
	return err
}

// unasked refuses a request for which a site was not asked: 429 when there were too many, else 503. It
// is a storage.ErrUnavailable: what the site would have said is not known.
func unasked(failed *outbound.Error) error {
	refusal := &web.Error{Status: http.StatusServiceUnavailable}
	if limited, ok := errors.AsType[*web.Error](failed); ok {
		refusal.Status, refusal.RetryAfter = limited.Status, limited.RetryAfter
	}
	refusal.Err = errors.Join(storage.ErrUnavailable, failed)
	return refusal
}
