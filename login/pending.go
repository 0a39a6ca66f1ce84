package login

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
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
	var p pending
	browser := f.Requests.Browser.ID(r)
	if browser == "" {
		return p, nil
	}
	value, err := f.Requests.Ephemeral.Get(r.Context(), pendingKey(browser, handle))
	if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrUnavailable) {
		return p, nil // what cannot be asked for is proven again
	}
	if err != nil {
		return p, fmt.Errorf("find pending sign-in: %w", err)
	}
	if err := json.Unmarshal(value, &p); err != nil {
		return p, fmt.Errorf("decode pending sign-in: %w", err)
	}
	if !f.now().Before(p.ExpiresAt) {
		return pending{}, nil
	}
	return p, nil
}

func (f *Flow) keep(w http.ResponseWriter, r *http.Request, handle string, p pending) error {
	value, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("encode pending sign-in: %w", err)
	}
	key := pendingKey(f.Requests.Browser.Ensure(w, r), handle)
	if err := f.Requests.Ephemeral.Put(r.Context(), key, value, p.ExpiresAt.Sub(f.now())); err != nil {
		return fmt.Errorf("keep pending sign-in: %w", err)
	}
	return nil
}

// forget is tidiness after a sign-in, whose proofs are spent, and makes a person begin again.
func (f *Flow) forget(ctx context.Context, r *http.Request, handle string) error {
	_, err := f.Requests.Ephemeral.Take(ctx, pendingKey(f.Requests.Browser.ID(r), handle))
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	return err
}

// pendingKey: only the browser that began can go on, and neither id nor handle stands in the store.
func pendingKey(browser, handle string) string {
	return "sign-in:" + hex.EncodeToString(storage.Digest(browser+" "+handle))
}
