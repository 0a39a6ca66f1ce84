package login

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// pending is a sign-in that is not finished: what somebody has proven in one browser for one
// request. It is no session and opens nothing but the page that asks for the rest; to lose it is to
// begin again. It is stored as JSON: a field may be added, never renamed.
type pending struct {
	ID        string    `json:"id"` // what tries are counted by
	UserID    string    `json:"user_id"`
	Proofs    []Proof   `json:"proofs"`
	ExpiresAt time.Time `json:"expires_at"`
}

// with adds a proof of the same person; a second one by the same method takes the first one's
// place. Another person begins anew.
func (p pending) with(userID string, proof Proof, now time.Time) pending {
	if p.ID == "" || p.UserID != userID {
		p = pending{ID: storage.NewID(""), UserID: userID, ExpiresAt: now.Add(PendingLife)}
	}
	others := slices.DeleteFunc(slices.Clone(p.Proofs), func(old Proof) bool { return old.Method == proof.Method })
	p.Proofs = append(others, proof)
	return p
}

// halfDone returns what is pending in this browser for this request; the zero value when nothing is.
func (f *Flow) halfDone(r *http.Request, handle string) (pending, error) {
	browser := f.Requests.Browser.ID(r)
	if browser == "" {
		return pending{}, nil
	}
	p, err := f.unfinished().Get(r.Context(), pendingKey(browser, handle))
	if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrUnavailable) {
		return pending{}, nil // what cannot be asked for is proven again
	}
	if err != nil || !f.now().Before(p.ExpiresAt) {
		return pending{}, err
	}
	return p, nil
}

func (f *Flow) keep(w http.ResponseWriter, r *http.Request, handle string, p pending) error {
	key := pendingKey(f.Requests.Browser.Ensure(w, r), handle)
	return f.unfinished().Put(r.Context(), key, p, p.ExpiresAt.Sub(f.now()))
}

// forget is tidiness after a sign-in, whose proofs are spent, and makes a person begin again.
func (f *Flow) forget(ctx context.Context, r *http.Request, handle string) error {
	_, err := f.unfinished().Take(ctx, pendingKey(f.Requests.Browser.ID(r), handle))
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	return err
}

func (f *Flow) unfinished() storage.Kept[pending] {
	return storage.Kept[pending]{Store: f.Requests.Ephemeral, Prefix: "sign-in:"}
}

// pendingKey: only the browser that began can go on, and neither id nor handle stands in the store.
func pendingKey(browser, handle string) string { return storage.KeyOf(browser, handle) }
