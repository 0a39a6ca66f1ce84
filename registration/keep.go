package registration

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage"
)

// isDue tells whether what is stored has to be written anew.
func (c *Clients) isDue(known, current storage.Client) bool {
	return !sameClient(known, current) || !c.Clock.Now().Before(known.UpdatedAt.Add(confirmEvery))
}

// keep stores what has changed about the client since it was last seen. Whether it is disabled, and
// since when its tokens count, is the operator's and stays.
func (c *Clients) keep(ctx context.Context, current storage.Client) (storage.Client, error) {
	known, err := c.Store.Client(ctx, current.ID)
	switch {
	case errors.Is(err, storage.ErrNotFound): // deleted in this moment
		return current, nil
	case err != nil:
		return storage.Client{}, err
	case !c.isDue(known, current): // another request was faster
		return known, nil
	}
	next, err := c.change(ctx, known, current)
	if errors.Is(err, storage.ErrConflict) { // another node or the operator was faster
		return c.keep(ctx, current)
	}
	return next, err
}

// store writes client down as of now.
func (c *Clients) store(ctx context.Context, client *storage.Client) error {
	if err := c.Store.UpdateClient(ctx, client); err != nil {
		return fmt.Errorf("keep client document: %w", err)
	}
	return nil
}

func (c *Clients) add(ctx context.Context, client storage.Client) (storage.Client, error) {
	client.CreatedAt = c.Clock.Now()
	client.UpdatedAt = client.CreatedAt
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
	if client.LogoURI != "" {
		c.Logos.keep(ctx, client)
	}
	return client, nil
}

// change stores what the document says now, be it that it is still there. What people allowed was allowed to what they saw, and is
// forgotten first when that is another one now; and once more afterwards, for whoever answered
// meanwhile (package consent looks again when it has remembered).
func (c *Clients) change(ctx context.Context, known, current storage.Client) (storage.Client, error) {
	if sameClient(known, current) {
		err := c.store(ctx, &known)
		return known, err
	}
	next := succeed(known, current)
	if err := clients.Validate(next); err != nil {
		return storage.Client{}, note(ctx, Unusable{err.Error()})
	}
	if err := c.record(ctx, audit.ClientUpdated, known.ID); err != nil {
		return storage.Client{}, err
	}
	store := func(ctx context.Context) error { return c.store(ctx, &next) }
	if err := replace(ctx, c.Consents, known, next, store); err != nil {
		return storage.Client{}, err
	}
	if next.LogoURI != known.LogoURI {
		c.Logos.keep(ctx, next)
	}
	return next, nil
}

// succeed is known with what it says of itself now. The operator's approval was for what it was; what
// else an operator holds it to goes on.
func succeed(known, current storage.Client) storage.Client {
	next := known
	next.Name, next.ClientMetadata = current.Name, heldTo(known, current)
	next.Approved = known.Approved && clients.SameFace(known, current)
	return next
}

// heldTo is what current says of itself, under what only an operator can have decided about known.
func heldTo(known, current storage.Client) storage.ClientMetadata {
	m := current.ClientMetadata
	m.Profile, m.AccessTokenTTL, m.RefreshRetry = known.Profile, known.AccessTokenTTL, known.RefreshRetry
	m.IDTokenClaims = cmp.Or(known.IDTokenClaims, m.IDTokenClaims) // minimal stays: who decided it is not known
	return m
}

// replace stores a changed client, and has people asked again unless they would still know it. One that
// becomes public loses what it was issued before.
func replace(ctx context.Context, consents Consents, was, is storage.Client, store func(context.Context) error) error {
	forget := func(ctx context.Context) error {
		if consents == nil || clients.SameFace(was, is) {
			return nil
		}
		if err := consents.ForgetConsents(ctx, is.ID); err != nil {
			return fmt.Errorf("forget consents: %w", err)
		}
		if !is.Public || was.Public {
			return nil
		}
		// Its refresh tokens were safe by what it proved itself with, and would be anybody's who finds one.
		return consents.RevokeClientGrants(ctx, is.ID, "client became public")
	}
	for _, step := range []func(context.Context) error{forget, store, forget} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (c *Clients) record(ctx context.Context, event, id string) error {
	return c.Audit.Record(ctx, audit.Event{Type: event, Outcome: audit.Success, ClientID: id, Method: "document"})
}

// sameClient tells whether current says of itself what is known.
func sameClient(known, current storage.Client) bool {
	current.ClientMetadata = heldTo(known, current)
	current.Approved = known.Approved
	before, _ := json.Marshal(known.ClientMetadata)
	after, _ := json.Marshal(current.ClientMetadata)
	return known.Name == current.Name && string(before) == string(after)
}
