package logintest

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// Postcard signs people in by a word that was written to them on a postcard. It is the method that
// docs/adding-a-login-method.md walks through.
//
//	POST /login/postcard  user=WORD&request=HANDLE
type Postcard struct{ words sync.Map }

var _ login.Method = (*Postcard)(nil)

// Write returns the word on a postcard to the user.
func (m *Postcard) Write(userID string) (word string) {
	word = storage.NewID("")
	m.words.Store(word, userID)
	return word
}

// Name returns "postcard".
func (m *Postcard) Name() string { return "postcard" }

// Offered returns the same for every visitor.
func (m *Postcard) Offered(_ context.Context, a login.Attempt) (templates.Offer, error) {
	return templates.UsersOffer{Action: a.Site.Path("/login/postcard"), Handle: a.Handle}, nil
}

// Mount registers the form's target.
func (m *Postcard) Mount(mux *web.Mux, flow *login.Flow) {
	mux.Page("POST /login/postcard", func(w http.ResponseWriter, r *http.Request) error {
		handle, word := login.Posted(r, "request"), login.Posted(r, "user")
		userID, known := m.words.Load(word)
		if !known {
			return flow.Again(w, r, http.StatusBadRequest, login.Attempt{Handle: handle, Method: m.Name(), Problem: "No such word."})
		}
		return flow.Complete(w, r, handle, login.Proof{
			Method: m.Name(), Kind: login.Mailbox, UserID: userID.(string),
			Spend: []storage.Spent{{Kind: "postcard", Value: word, Until: time.Now().Add(24 * time.Hour)}},
		})
	})
}
