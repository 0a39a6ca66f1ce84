// Package devuser signs demo users in by a click, for `symbolon dev`. It proves nothing, and tokens
// say so (acr); the form is plain HTML, so that a test suite can post it.
//
//	POST /login/dev  user=ID&request=HANDLE
package devuser

import (
	"context"
	"fmt"
	"net/http"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

const name = "dev"

// Users lists the people to choose from.
type Users interface {
	Users(ctx context.Context, search string, p storage.Page) ([]storage.User, error)
}

// Method signs in the user who is clicked. Never offer it outside of development.
type Method struct {
	Users Users
}

var _ login.Method = (*Method)(nil)

// Name returns "dev".
func (m *Method) Name() string { return name }

const mostUsers = 100 // on one page

// Offered lists the first users that can sign in.
func (m *Method) Offered(ctx context.Context, a login.Attempt) (templates.Offer, error) {
	users, err := m.Users.Users(ctx, "", storage.Page{Limit: mostUsers})
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	offer := templates.UsersOffer{Action: a.Site.Path("/login/dev"), Handle: a.Handle}
	for _, u := range users {
		if u.DisabledAt.IsZero() {
			offer.Users = append(offer.Users, templates.UserChoice{ID: u.ID, Name: u.Name, Email: u.Email})
		}
	}
	if len(offer.Users) == 0 {
		return nil, nil
	}
	return offer, nil
}

// Mount registers the form's target.
func (m *Method) Mount(mux *web.Mux, flow *login.Flow) {
	mux.Page("POST /login/dev", func(w http.ResponseWriter, r *http.Request) error {
		return flow.Complete(w, r, login.Posted(r, "request"), login.Proof{
			Method: name, Kind: login.Unproven, UserID: login.Posted(r, "user"),
		})
	})
}
