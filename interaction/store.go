package interaction

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// handleLength is that of storage.NewID(""): nothing else is looked up.
const handleLength = 26

const prefix = "request:" // of the keys of requests

// parks bounds how many requests one network can begin: that takes no account.
var parks = web.Limit{Events: 3000, Per: time.Minute}

// Store keeps pending requests.
type Store struct {
	Ephemeral storage.Ephemeral
	Browser   web.Browser
	Limiter   *web.Limiter // nil: as many as come
}

// Park stores q under its handle, tied to this browser. It returns a 429 *web.Error when there are too many.
func (s *Store) Park(w http.ResponseWriter, r *http.Request, q *Request) error {
	if s.Limiter != nil {
		if err := s.Limiter.AllowNetwork(r.Context(), "park", parks); err != nil {
			return err
		}
	}
	q.Browser = s.Browser.Ensure(w, r)
	return s.Update(r.Context(), q)
}

// Update stores what a page added to q.
func (s *Store) Update(ctx context.Context, q *Request) error {
	left := Life - time.Since(q.CreatedAt)
	if left <= 0 {
		return storage.ErrNotFound
	}
	value, err := s.encode(ctx, q)
	if err != nil {
		return err
	}
	return s.Ephemeral.Put(ctx, prefix+q.Handle, value, left)
}

// encode is q as one value, or what is this browser's with the key of all else.
func (s *Store) encode(ctx context.Context, q *Request) ([]byte, error) {
	whole := *q
	whole.Shared = ""
	value, err := json.Marshal(&whole)
	if err != nil {
		return nil, fmt.Errorf("encode authorization request: %w", err)
	}
	if len(value) <= maxWhole {
		return value, nil
	}
	if err := s.share(ctx, q); err != nil {
		return nil, err
	}
	return json.Marshal(q.own())
}

// Open returns the pending request of this handle, or ErrNotFound when there is none, it has
// expired, or another browser began it.
func (s *Store) Open(r *http.Request, handle string) (*Request, error) {
	if len(handle) != handleLength {
		return nil, storage.ErrNotFound
	}
	kept := storage.Bound[*Request]{Kept: s.kept(prefix)}
	q, err := kept.Open(r.Context(), handle, s.Browser.ID(r), time.Now())
	if err != nil {
		return nil, err
	}
	if q.Shared != "" {
		q, err = s.whole(r.Context(), q.own())
	}
	if err != nil {
		return nil, err
	}
	q.Handle = handle
	return q, nil
}

func (s *Store) kept(prefix string) storage.Kept[*Request] {
	return storage.Kept[*Request]{Store: s.Ephemeral, Prefix: prefix}
}

// Close forgets the request. That its response was made only once is not ensured here but by the
// durable store, which spends the handle with the grant.
func (s *Store) Close(ctx context.Context, handle string) error {
	_, err := s.Ephemeral.Take(ctx, prefix+handle)
	return err
}
