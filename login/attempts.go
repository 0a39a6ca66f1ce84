package login

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
)

// pending is a sign-in that is not finished: what was proven in one browser for one request. It is no
// session and opens nothing but the page that asks for the rest; to lose it is to begin again. It is
// stored as JSON: a field may be added, never renamed.
type pending struct {
	ID        string    `json:"id"` // what tries are counted by
	UserID    string    `json:"user_id"`
	Proofs    []Proof   `json:"proofs"`
	ExpiresAt time.Time `json:"expires_at"`
}

// with adds a proof of the same user; a second one by the same method takes the first one's place.
// Another user begins anew.
func (p pending) with(userID string, proof Proof, now time.Time) pending {
	if p.ID == "" || p.UserID != userID {
		p = pending{ID: storage.NewID(""), UserID: userID, ExpiresAt: now.Add(PendingLife)}
	}
	others := slices.DeleteFunc(slices.Clone(p.Proofs), func(old Proof) bool { return old.Method == proof.Method })
	p.Proofs = append(others, proof)
	return p
}

// attempts keeps how far each browser has come.
type attempts struct {
	links    links
	requests *interaction.Store
	sessions *session.Sessions
	now      func() time.Time
}

// open returns how far the browser of r has come.
func (a *attempts) open(r *http.Request, handle string) (at progress, err error) {
	at = progress{handle: handle, now: a.now()}
	if at.request, err = a.Request(r, handle); err != nil {
		return at, err
	}
	if at.session, err = a.sessions.Current(r); err != nil {
		return at, outage(err)
	}
	if at.pending, err = a.pending(r, handle); err != nil {
		return at, outage(err)
	}
	return at, nil
}

// outage returns err as an outage of ours: what is missing here, other than the request, is never "not found".
func outage(err error) error {
	if errors.Is(err, storage.ErrNotFound) {
		return storage.ErrUnavailable
	}
	return err
}

// Request returns the pending request this browser means by handle; nil without one.
func (a *attempts) Request(r *http.Request, handle string) (*interaction.Request, error) {
	if handle == "" {
		return nil, nil
	}
	return a.required(r, handle)
}

// required is Request where there must be one.
func (a *attempts) required(r *http.Request, handle string) (*interaction.Request, error) {
	q, err := a.requests.Open(r, handle)
	return q, a.links.inactive(err)
}

// update stores what a page added to q.
func (a *attempts) update(ctx context.Context, q *interaction.Request) error {
	return a.links.inactive(a.requests.Update(ctx, q))
}

// pending returns what is pending in this browser for this request; the zero value when nothing is.
func (a *attempts) pending(r *http.Request, handle string) (pending, error) {
	browser := a.requests.Browser.ID(r)
	if browser == "" {
		return pending{}, nil
	}
	p, err := a.unfinished().Get(r.Context(), storage.KeyOf(browser, handle))
	if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrUnavailable) {
		return pending{}, nil // what cannot be asked for is proven again
	}
	if err != nil || !a.now().Before(p.ExpiresAt) {
		return pending{}, err
	}
	return p, nil
}

func (a *attempts) keep(w http.ResponseWriter, r *http.Request, handle string, p pending) error {
	key := storage.KeyOf(a.requests.Browser.Ensure(w, r), handle)
	return a.unfinished().Put(r.Context(), key, p, p.ExpiresAt.Sub(a.now()))
}

// forget tidies up after a sign-in, whose proofs are spent, and makes a browser begin again.
func (a *attempts) forget(r *http.Request, handle string) error {
	_, err := a.unfinished().Take(r.Context(), storage.KeyOf(a.requests.Browser.ID(r), handle))
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	return err
}

// unfinished keeps sign-ins under browser and handle: only the browser that began can go on.
func (a *attempts) unfinished() storage.Kept[pending] {
	return storage.Kept[pending]{Store: a.requests.Ephemeral, Prefix: "sign-in:"}
}
