package authorize

import (
	"context"
	"errors"
	"strings"

	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/storage"
)

// asShown returns what is kept of a client while its request is pending: name and metadata, nothing it
// proves itself with in secret.
func asShown(c storage.Client) *storage.Client {
	return &storage.Client{ID: c.ID, Kind: c.Kind, Name: c.Name, ClientMetadata: c.ClientMetadata}
}

// pendingClient returns the client of a request that is under way. One that is what its document says goes
// on as it was when it asked: a document that changes changes the next request. Its site is not asked
// again. What the operator does, such as to switch it off, counts at once.
func (e *Endpoint) pendingClient(ctx context.Context, q *interaction.Request) (storage.Client, error) {
	if q.Client == nil || !strings.Contains(q.ClientID, "://") {
		return e.Auth.LookUp(ctx, q.Form.Get("client_id"))
	}
	c, err := e.Clients.Known(ctx, q.ClientID)
	if errors.Is(err, storage.ErrNotFound) { // no user has allowed it anything yet
		return *q.Client, nil
	}
	c.Name, c.ClientMetadata = q.Client.Name, q.Client.ClientMetadata
	return c, err
}
