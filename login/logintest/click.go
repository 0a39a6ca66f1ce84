package logintest

import (
	"context"
	"net/http"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// Click proves by a click what it is made to prove: it replaces the methods whose own tests show
// what theirs takes.
//
//	POST /login/click/NAME  user=ID&request=HANDLE
type Click struct {
	Called string // name of the method it replaces
	Kind   login.Kind
	AMR    []string
}

var _ login.Second = Click{}

// Name returns that of the method it replaces.
func (c Click) Name() string { return c.Called }

// Proves returns c.Kind.
func (c Click) Proves() login.Kind { return c.Kind }

// Offered offers the click to any visitor.
func (c Click) Offered(_ context.Context, a login.Attempt) (templates.Offer, error) {
	return templates.UsersOffer{Action: a.Site.Path("/login/click/" + c.Called), Handle: a.Handle}, nil
}

// Second offers the click to a user who is known.
func (c Click) Second(_ context.Context, a login.Attempt, user storage.User) (templates.Offer, error) {
	return templates.UsersOffer{
		Action: a.Site.Path("/login/click/" + c.Called), Handle: a.Handle, Users: []templates.UserChoice{{ID: user.ID}},
	}, nil
}

// Mount registers the click.
func (c Click) Mount(mux *web.Mux, flow *login.Flow) {
	mux.Page("POST /login/click/"+c.Called, func(w http.ResponseWriter, r *http.Request) error {
		return flow.Complete(w, r, login.Posted(r, "request"), login.Proof{
			Method: c.Called, Kind: c.Kind, UserID: login.Posted(r, "user"), AMR: c.AMR,
		})
	})
}
