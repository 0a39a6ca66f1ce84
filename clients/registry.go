package clients

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/storage"
)

// Store keeps clients and their secrets. Missing ones are storage.ErrNotFound.
type Store interface {
	Clients
	Secrets
}

// Clients keeps client records.
type Clients interface {
	CreateClient(ctx context.Context, c storage.Client) error
	Client(ctx context.Context, id string) (storage.Client, error)
	Clients(ctx context.Context, kind string, p storage.Page) ([]storage.Client, error)
	// UpdateClient is a storage.ErrConflict when the client has changed since c was read.
	UpdateClient(ctx context.Context, c *storage.Client) error
	// SetClientDisabled also kills the tokens issued so far; a zero time enables again.
	SetClientDisabled(ctx context.Context, id string, at time.Time) error
	DeleteClient(ctx context.Context, id string) error
	// ForgetConsents makes everybody be asked again for the client.
	ForgetConsents(ctx context.Context, clientID string) error
}

// Recorder records one audit event durably.
type Recorder interface {
	Record(ctx context.Context, e audit.Event) error
}

// Registry is what agents and apps have in common; it sees only clients of its own kind.
//
// What gives power is recorded before it happens, and without the record it does not happen. What
// takes power away happens first: it must not wait for the record. Each act names who acts.
type Registry struct {
	kind  string
	store Store
	audit Recorder
	clock clock.Clock
}

// List returns those that p chooses of the clients of this kind, disabled ones too.
func (r *Registry) List(ctx context.Context, p storage.Page) ([]storage.Client, error) {
	return r.store.Clients(ctx, r.kind, p)
}

// Show returns one client, or storage.ErrNotFound when there is none of this kind.
func (r *Registry) Show(ctx context.Context, id string) (storage.Client, error) {
	client, err := r.store.Client(ctx, id)
	if err != nil {
		return storage.Client{}, err
	}
	if client.Kind != r.kind {
		return storage.Client{}, storage.ErrNotFound
	}
	return client, nil
}

// Update applies change to a client's name and metadata, and stores it if it is still valid.
// Whether it is public never changes: that decides what its existing tokens and secrets mean. Of two
// updates at once the second is a storage.ErrConflict, and changes nothing.
func (r *Registry) Update(ctx context.Context, by audit.Actor, id string, change func(c *storage.Client)) (storage.Client, error) {
	client, err := r.Show(ctx, id)
	if err != nil {
		return storage.Client{}, err
	}
	before := client
	change(&client)
	if client.Public != before.Public || client.ID != before.ID || client.Kind != before.Kind {
		return storage.Client{}, Invalid{"token_endpoint_auth_method", "cannot change; create another client"}
	}
	if err := Validate(client); err != nil {
		return storage.Client{}, err
	}
	if takesAway(before, client) {
		client.NotBefore = r.clock.Now().Truncate(time.Second).Add(time.Second) // iat counts whole seconds
	}
	if err := r.record(ctx, by, audit.ClientUpdated, id, ""); err != nil {
		return storage.Client{}, err
	}
	err = r.replace(ctx, before, &client)
	return client, err
}

// takesAway tells whether is may do less than was: what tokens it holds may then say too much. They end,
// and whoever may have others gets them by refreshing.
func takesAway(was, is storage.Client) bool {
	lost := func(had, has []string) bool {
		return slices.ContainsFunc(had, func(one string) bool { return !slices.Contains(has, one) })
	}
	return lost(was.Scopes, is.Scopes) || lost(was.Audiences, is.Audiences) || lost(was.DetailTypes, is.DetailTypes)
}

// replace forgets what people allowed to the client as they knew it: first, so that nothing they did
// not see is ever allowed, and once more for whoever answered meanwhile.
func (r *Registry) replace(ctx context.Context, was storage.Client, is *storage.Client) error {
	if SameFace(was, *is) {
		return r.store.UpdateClient(ctx, is)
	}
	for _, step := range []func() error{
		func() error { return r.store.ForgetConsents(ctx, is.ID) },
		func() error { return r.store.UpdateClient(ctx, is) },
		func() error { return r.store.ForgetConsents(ctx, is.ID) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// Disable refuses the client from the next request on, and kills the tokens it holds.
func (r *Registry) Disable(ctx context.Context, by audit.Actor, id string) error {
	return r.takeAway(ctx, by, id, audit.ClientDisabled, func() error {
		return r.store.SetClientDisabled(ctx, id, r.clock.Now())
	})
}

// Enable lets a disabled client get tokens again; those it held before stay dead.
func (r *Registry) Enable(ctx context.Context, by audit.Actor, id string) error {
	if _, err := r.Show(ctx, id); err != nil {
		return err
	}
	if err := r.record(ctx, by, audit.ClientEnabled, id, ""); err != nil {
		return err
	}
	return r.store.SetClientDisabled(ctx, id, time.Time{})
}

// Delete removes the client with its secrets, grants and consents.
func (r *Registry) Delete(ctx context.Context, by audit.Actor, id string) error {
	return r.takeAway(ctx, by, id, audit.ClientDeleted, func() error { return r.store.DeleteClient(ctx, id) })
}

func (r *Registry) takeAway(ctx context.Context, by audit.Actor, id, event string, change func() error) error {
	if _, err := r.Show(ctx, id); err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	return r.record(ctx, by, event, id, "")
}

func (r *Registry) create(ctx context.Context, by audit.Actor, id, name string, secretEnd time.Time, meta storage.ClientMetadata) (Issued, error) {
	now := r.clock.Now()
	client := storage.Client{
		ID: id, Kind: r.kind, Name: name, CreatedAt: now, UpdatedAt: now, ClientMetadata: meta,
	}
	if err := Validate(client); err != nil {
		return Issued{}, err
	}
	issued := Issued{Client: client}
	if !client.Public && client.AuthMethod == "" {
		secret, bearer, err := newSecret(client.ID, now, secretEnd)
		if err != nil {
			return Issued{}, err
		}
		issued.Secret, issued.Bearer = secret, bearer
		issued.Client.Secrets = []storage.ClientSecret{secret}
	}
	if err := r.record(ctx, by, audit.ClientCreated, client.ID, issued.Secret.ID); err != nil {
		return Issued{}, err
	}
	if err := r.store.CreateClient(ctx, issued.Client); err != nil {
		return Issued{}, fmt.Errorf("create client: %w", err)
	}
	return issued, nil
}

func (r *Registry) record(ctx context.Context, by audit.Actor, event, clientID, target string) error {
	return r.audit.Record(ctx, audit.Event{
		Type: event, Outcome: audit.Success, ClientID: clientID, Target: target, Method: string(by),
	})
}
