package interaction

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// maxWhole is up to how many bytes a request is kept as one value. Of a longer one, what the client
// asked is kept apart, under its digest: a short URL may name a long pushed request any
// number of times, and it is kept once.
const maxWhole = 4 << 10

// own is what a browser adds to a request.
type own struct {
	Browser     string    `json:"browser"`
	CreatedAt   time.Time `json:"created_at"`
	HintSubject string    `json:"hint_subject,omitempty"`
	ShownTo     string    `json:"shown_to,omitempty"`
	Decision    string    `json:"decision,omitempty"`
	DecidedBy   string    `json:"decided_by,omitempty"`
	ChosenUser  string    `json:"chosen_user,omitempty"`
	Switching   bool      `json:"switching,omitempty"`
	Shared      string    `json:"shared,omitempty"`
}

func (q *Request) own() own {
	return own{
		Browser: q.Browser, CreatedAt: q.CreatedAt, HintSubject: q.HintSubject, ShownTo: q.ShownTo,
		Decision: q.Decision, DecidedBy: q.DecidedBy, ChosenUser: q.ChosenUser, Switching: q.Switching, Shared: q.Shared,
	}
}

// share keeps what is not q's own, for as long as any request that begins now.
func (s *Store) share(ctx context.Context, q *Request) error {
	rest := *q
	rest.Browser, rest.CreatedAt, rest.HintSubject, rest.Shared = "", time.Time{}, "", ""
	rest.ShownTo, rest.Decision, rest.DecidedBy, rest.ChosenUser, rest.Switching = "", "", "", "", false
	value, err := json.Marshal(&rest)
	if err != nil {
		return fmt.Errorf("encode authorization request: %w", err)
	}
	key := "asked:" + base64.RawURLEncoding.EncodeToString(storage.Digest(string(value)))
	if key == q.Shared {
		return nil
	}
	q.Shared = key
	return s.Ephemeral.Put(ctx, key, value, Life)
}

// whole returns the request of which a browser added o.
func (s *Store) whole(ctx context.Context, o own) (*Request, error) {
	q, err := s.kept("").Get(ctx, o.Shared)
	if err != nil {
		return nil, err
	}
	q.Browser, q.CreatedAt, q.HintSubject, q.Shared = o.Browser, o.CreatedAt, o.HintSubject, o.Shared
	q.ShownTo, q.Decision, q.DecidedBy, q.ChosenUser, q.Switching = o.ShownTo, o.Decision, o.DecidedBy, o.ChosenUser, o.Switching
	return q, nil
}
