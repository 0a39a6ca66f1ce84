package registration

import (
	"net/http"
	"strings"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// managed returns the client that r is about, if r brings the token for it, and the row of that
// token. Clients that are disabled, unknown, or of another door are all refused alike.
func (e *Endpoint) managed(w http.ResponseWriter, r *http.Request) (storage.Client, storage.ClientSecret, error) {
	id, bearer := r.PathValue("id"), bearerOf(r)
	var c storage.Client
	var err error
	if strings.HasPrefix(id, Prefix) {
		c, err = e.Store.Client(r.Context(), id)
	}
	if notGone(err) != nil {
		return storage.Client{}, storage.ClientSecret{}, err
	}
	token, ok := manageTokenOf(c, bearer)
	if !ok || !c.DisabledAt.IsZero() {
		return storage.Client{}, storage.ClientSecret{}, e.unauthorized(w, r, managing(r.Method))
	}
	return c, token, nil
}

// show answers GET /register/{id}. The secret is not among it: nobody here knows it.
func (e *Endpoint) show(w http.ResponseWriter, r *http.Request) error {
	c, _, err := e.managed(w, r)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, e.answer(made{Client: c, manage: bearerOf(r)}))
}

// remove answers DELETE /register/{id}: the client, its secrets, consents and all it was issued end.
func (e *Endpoint) remove(w http.ResponseWriter, r *http.Request) error {
	c, _, err := e.managed(w, r)
	if err != nil {
		return err
	}
	if err := e.Store.DeleteClient(r.Context(), c.ID); notGone(err) != nil {
		return err
	}
	if err := e.record(r.Context(), audit.ClientDeleted, c.ID); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// managing is what the event of a request is called.
func managing(method string) string {
	if method == http.MethodDelete {
		return audit.ClientDeleted
	}
	return audit.ClientUpdated
}
