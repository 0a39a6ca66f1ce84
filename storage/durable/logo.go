package durable

import (
	"context"
	"fmt"

	"github.com/symbolon-id/symbolon/storage"
)

// PutClientLogo takes the place of the logo the client has. ErrNotFound when there is no such client.
func (d *DB) PutClientLogo(ctx context.Context, l storage.ClientLogo) error {
	_, err := d.exec(ctx, `INSERT INTO client_logos (client_id, name, png) VALUES ($1, $2, $3)
		ON CONFLICT (client_id) DO UPDATE SET name = $2, png = $3`, l.ClientID, l.Name, l.PNG)
	if err != nil {
		return fmt.Errorf("keep logo: %w", err)
	}
	return nil
}

// RemoveClientLogo removes the client's logo; to have none is no error.
func (d *DB) RemoveClientLogo(ctx context.Context, clientID string) error {
	if _, err := d.exec(ctx, `DELETE FROM client_logos WHERE client_id = $1`, clientID); err != nil {
		return fmt.Errorf("remove logo: %w", err)
	}
	return nil
}

// ClientLogoName returns what the client's logo is served as, or ErrNotFound.
func (d *DB) ClientLogoName(ctx context.Context, clientID string) (string, error) {
	var name string
	err := d.queryRow(ctx, `SELECT l.name FROM client_logos l WHERE l.client_id = $1`, []any{clientID}, &name)
	if err != nil {
		return "", fmt.Errorf("find logo: %w", err)
	}
	return name, nil
}

// ClientLogo returns the picture of this name, or ErrNotFound. Two clients with the same picture
// share its name.
func (d *DB) ClientLogo(ctx context.Context, name string) (png []byte, err error) {
	if err := d.queryRow(ctx, `SELECT l.png FROM client_logos l WHERE l.name = $1 LIMIT 1`, []any{name}, &png); err != nil {
		return nil, fmt.Errorf("read logo: %w", err)
	}
	return png, nil
}
