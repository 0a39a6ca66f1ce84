package registration

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

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
