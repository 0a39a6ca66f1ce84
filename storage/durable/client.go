package durable

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

const clientColumns = `c.id, c.kind, c.name, c.created_at, c.updated_at, c.disabled_at, c.not_before, c.metadata`

func clientFields(c *storage.Client) []any {
	return []any{
		&c.ID, &c.Kind, &c.Name, instant{&c.CreatedAt}, instant{&c.UpdatedAt}, instant{&c.DisabledAt}, instant{&c.NotBefore},
		document{&c.ClientMetadata},
	}
}

// CreateClient adds c with its secrets, or returns ErrExists when its id is taken.
func (d *DB) CreateClient(ctx context.Context, c storage.Client) error {
	metadata, err := json.Marshal(c.ClientMetadata)
	if err != nil {
		return fmt.Errorf("create client: %w", err)
	}
	err = d.tx(ctx, func(ctx context.Context, q queryer) error {
		err := execOne(ctx, q, storage.ErrExists, `INSERT INTO clients (id, kind, name, created_at, updated_at, disabled_at, not_before, metadata)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
			c.ID, c.Kind, c.Name, ms(c.CreatedAt), ms(c.UpdatedAt), ms(c.DisabledAt), ms(c.NotBefore), string(metadata))
		if err != nil {
			return err
		}
		for _, s := range c.Secrets {
			s.ClientID = c.ID
			if _, err := q.Exec(ctx, insertSecret, secretValues(s)...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("create client: %w", err)
	}
	d.clientStored(ctx, c)
	return nil
}

func (d *DB) clientStored(ctx context.Context, c storage.Client) {
	if d.ClientStored != nil {
		d.ClientStored(ctx, c)
	}
}

const selectClient = `SELECT ` + clientColumns + `, COALESCE(s.id, ''), s.digest,
		COALESCE(s.created_at, 0), COALESCE(s.expires_at, 0), COALESCE(s.last_used_at, 0)
	FROM clients c LEFT JOIN client_secrets s ON s.client_id = c.id AND (s.expires_at = 0 OR s.expires_at > $2)
	WHERE c.id = $1`

// Client returns the client, disabled or not, with the secrets that are live now.
func (d *DB) Client(ctx context.Context, id string) (storage.Client, error) {
	var c storage.Client
	err := d.run(ctx, func(ctx context.Context) error {
		c = storage.Client{}
		return d.db.Query(ctx, selectClient, []any{id, ms(d.Clock.Now())}, func(row scan) error { return addSecretOf(&c, row) })
	})
	if err == nil && c.ID == "" {
		err = storage.ErrNotFound
	}
	if err != nil {
		return storage.Client{}, fmt.Errorf("read client: %w", err)
	}
	// One or two, most often: cheaper to sort here than to have it planned and sorted there.
	slices.SortFunc(c.Secrets, func(a, b storage.ClientSecret) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return c, nil
}

// addSecretOf reads one row of the client and one of its secrets, if it has any.
func addSecretOf(c *storage.Client, row scan) error {
	var s storage.ClientSecret
	secret := []any{&s.ID, &s.Digest, instant{&s.CreatedAt}, instant{&s.ExpiresAt}, instant{&s.LastUsedAt}}
	fields := clientFields(c)
	if c.ID != "" { // the client itself was in the row before
		fields = skip(len(fields))
	}
	if err := row(append(fields, secret...)...); err != nil {
		return err
	}
	if s.ID != "" {
		s.ClientID = c.ID
		c.Secrets = append(c.Secrets, s)
	}
	return nil
}

const selectClients = `SELECT ` + clientColumns + ` FROM clients c WHERE (c.created_at, c.id) > ($1, $2) AND ($4 = '' OR c.kind = $4)
	ORDER BY c.created_at, c.id LIMIT $3`

// Clients returns those that p chooses of the clients of a kind, or of every kind when it is empty, the
// oldest first and without their secrets.
func (d *DB) Clients(ctx context.Context, kind string, p storage.Page) ([]storage.Client, error) {
	clients, err := pages(ctx, d, p, selectClients, []any{kind}, func(row scan) (c storage.Client, at storage.Cursor, err error) {
		err = row(clientFields(&c)...)
		return c, storage.Cursor{At: c.CreatedAt, ID: c.ID}, err
	})
	if err != nil {
		return nil, fmt.Errorf("list clients: %w", err)
	}
	return clients, nil
}

// UpdateClient stores c's name and metadata, and that tokens issued before c.NotBefore are dead; those that
// were dead before stay so. ErrConflict when the client has changed since c was read, that is since
// c.UpdatedAt, which becomes the new version.
func (d *DB) UpdateClient(ctx context.Context, c *storage.Client) error {
	metadata, err := json.Marshal(c.ClientMetadata)
	if err != nil {
		return fmt.Errorf("update client: %w", err)
	}
	version := next(c.UpdatedAt, d.Clock.Now())
	err = d.change(ctx, `SELECT 1 FROM clients WHERE id = $1`, c.ID, `UPDATE clients SET name = $2, metadata = $3, updated_at = $4,
		not_before = CASE WHEN not_before > $5 THEN not_before ELSE $5 END WHERE id = $1 AND updated_at = $6`,
		c.Name, string(metadata), ms(version), ms(c.NotBefore), ms(c.UpdatedAt))
	if err != nil {
		return fmt.Errorf("update client: %w", err)
	}
	c.UpdatedAt = version
	d.clientStored(ctx, *c)
	return nil
}

// SetClientDisabled disables the client from at on, or enables it when at is zero. Tokens issued
// to it before stay dead when it is enabled again; as their iat counts whole seconds, so do those
// of the second it was disabled in.
func (d *DB) SetClientDisabled(ctx context.Context, id string, at time.Time) error {
	notBefore := int64(0)
	if !at.IsZero() {
		notBefore = ms(at.Truncate(time.Second).Add(time.Second))
	}
	err := d.execOne(ctx, storage.ErrNotFound, `UPDATE clients SET disabled_at = $2, `+touched("$3")+`,
		not_before = CASE WHEN not_before > $4 THEN not_before ELSE $4 END WHERE id = $1`,
		id, ms(at), ms(d.Clock.Now()), notBefore)
	if err != nil {
		return fmt.Errorf("disable client: %w", err)
	}
	return nil
}

// DeleteClient removes the client with its secrets, consents and grants. Of grants and consents there
// may be very many, so they go first, in batches; interrupted, it can be repeated.
func (d *DB) DeleteClient(ctx context.Context, id string) error {
	_, err := d.inBatches(ctx, `DELETE FROM grants WHERE id IN (SELECT id FROM grants WHERE client_id = $2 LIMIT $1)`, id)
	if err != nil {
		return fmt.Errorf("delete grants of client: %w", err)
	}
	if err := d.ForgetConsents(ctx, id); err != nil {
		return err
	}
	err = d.tx(ctx, func(ctx context.Context, q queryer) error {
		if _, err := q.Exec(ctx, `DELETE FROM grants WHERE client_id = $1`, id); err != nil {
			return err
		}
		return execOne(ctx, q, storage.ErrNotFound, `DELETE FROM clients WHERE id = $1`, id)
	})
	if err != nil {
		return fmt.Errorf("delete client: %w", err)
	}
	return nil
}
