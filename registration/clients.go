package registration

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/outbound"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// Store keeps clients. A client that is not there is storage.ErrNotFound.
type Store interface {
	Client(ctx context.Context, id string) (storage.Client, error)
	CreateClient(ctx context.Context, c storage.Client) error
	UpdateClient(ctx context.Context, c storage.Client) error
	Spend(ctx context.Context, s storage.Spent) error
}

// Fetcher asks addresses that somebody else chose.
type Fetcher interface {
	Check(rawURL string) (*url.URL, error)
	Known(rawURL string, limits outbound.Limits) bool
	Get(ctx context.Context, rawURL string, limits outbound.Limits) (*outbound.Response, error)
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
}

// Times of a stored document.
const (
	staleFor     = 24 * time.Hour // it is used while its site is down
	confirmEvery = time.Hour      // that it is still there is written down
)

// fetchLimit bounds how many documents one network can make us fetch.
var fetchLimit = web.Limit{Events: 60, Per: time.Minute}

// Clients are the registered ones, and those whose client_id is the address of a document about
// them. Of each such document the last valid state is kept among the clients, so that grants can
// refer to it: what is under way goes on with that.
type Clients struct {
	Store     Store
	Fetch     Fetcher
	Rules     Rules
	CheckKeys func(jwks []byte) error // why a JWK Set cannot be a client's
	Consents  Consents                // nil: what was allowed stays allowed when the document changes
	Limiter   web.Limiter
	Audit     Recorder
	Now       func() time.Time // nil: the system's clock

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
	case err == nil && !c.isDue(known, current):
		return known, nil
	case err == nil:
		return c.keeping.do(ctx, id, func(ctx context.Context) (storage.Client, error) { return c.keep(ctx, current) })
	case isTemporary(err) && c.now().Before(known.UpdatedAt.Add(staleFor)):
		return known, nil
	case errors.Is(err, storage.ErrUnavailable):
		return storage.Client{}, err
	}
	return storage.Client{}, note(ctx, err)
}

// Known returns a client as it was last seen, without asking its site: for what has begun already.
func (c *Clients) Known(ctx context.Context, id string) (storage.Client, error) {
	return c.Store.Client(ctx, id)
}

// current returns the client as its document has it now.
func (c *Clients) current(ctx context.Context, id string) (storage.Client, error) {
	if !c.Fetch.Known(id, outbound.Document()) {
		key := "document:" + web.Network(web.ClientIP(ctx))
		if err := c.Limiter.Allow(ctx, key, fetchLimit); err != nil {
			return storage.Client{}, tooMany(err)
		}
	}
	return c.read(ctx, id)
}

func tooMany(err error) error {
	if _, limited := errors.AsType[*web.Error](err); limited {
		return &outbound.Error{Reason: "too many fetches", Temporary: true}
	}
	return err
}

func isTemporary(err error) bool {
	failed, ok := errors.AsType[*outbound.Error](err)
	return ok && failed.Temporary
}

// note tells the log why, and the caller only that there is no such client.
func note(ctx context.Context, err error) error {
	if failed, ok := errors.AsType[*outbound.Error](err); ok {
		err = Unusable{failed.Reason}
	}
	if reason, ok := errors.AsType[Unusable](err); ok {
		web.Annotate(ctx, slog.String("client_document", reason.Reason))
	}
	return err
}

// isDue tells whether what is stored has to be written anew.
func (c *Clients) isDue(known, current storage.Client) bool {
	return !sameClient(known, current) || !c.now().Before(known.UpdatedAt.Add(confirmEvery))
}

// keep stores what has changed about the client since it was last seen. Whether it is disabled, and
// since when its tokens count, is the operator's and stays.
func (c *Clients) keep(ctx context.Context, current storage.Client) (storage.Client, error) {
	now := c.now()
	known, err := c.Store.Client(ctx, current.ID)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return c.add(ctx, current, now)
	case err != nil:
		return storage.Client{}, err
	case !c.isDue(known, current): // somebody was faster
		return known, nil
	case !sameClient(known, current):
		if err := c.change(ctx, known, current); err != nil {
			return storage.Client{}, err
		}
	}
	known.Name, known.ClientMetadata, known.UpdatedAt = current.Name, current.ClientMetadata, now
	if err := c.Store.UpdateClient(ctx, known); err != nil {
		return storage.Client{}, fmt.Errorf("keep client document: %w", err)
	}
	return known, nil
}

func (c *Clients) add(ctx context.Context, client storage.Client, now time.Time) (storage.Client, error) {
	client.CreatedAt, client.UpdatedAt = now, now
	if err := c.record(ctx, audit.ClientCreated, client.ID); err != nil {
		return storage.Client{}, err
	}
	err := c.Store.CreateClient(ctx, client)
	if errors.Is(err, storage.ErrExists) { // another request was faster
		return c.Store.Client(ctx, client.ID)
	}
	if err != nil {
		return storage.Client{}, fmt.Errorf("keep client document: %w", err)
	}
	return client, nil
}

// change comes before the change is stored: what people allowed was allowed to what they saw.
func (c *Clients) change(ctx context.Context, known, current storage.Client) error {
	if err := c.record(ctx, audit.ClientUpdated, known.ID); err != nil {
		return err
	}
	if c.Consents == nil || sameFace(known, current) {
		return nil
	}
	if err := c.Consents.ForgetConsents(ctx, known.ID); err != nil {
		return fmt.Errorf("forget consents: %w", err)
	}
	return nil
}

func (c *Clients) record(ctx context.Context, event, id string) error {
	return c.Audit.Record(ctx, audit.Event{Type: event, Outcome: audit.Success, ClientID: id, Method: "document"})
}

func sameClient(a, b storage.Client) bool {
	before, _ := json.Marshal(a.ClientMetadata)
	after, _ := json.Marshal(b.ClientMetadata)
	return a.Name == b.Name && string(before) == string(after)
}

// sameFace tells whether a client is still who people allowed something to: the same name, places
// to send them to, and way to prove itself.
func sameFace(a, b storage.Client) bool {
	return a.Name == b.Name && a.Public == b.Public && a.AuthMethod == b.AuthMethod && string(a.JWKS) == string(b.JWKS) &&
		slices.Equal(places(a), places(b))
}

func places(c storage.Client) []string {
	var all []string
	for _, uri := range c.RedirectURIs {
		all = append(all, placeOf(uri))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (c *Clients) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}
