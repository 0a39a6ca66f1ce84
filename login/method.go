// Package login lets people sign in.
//
//	GET  /login           page.go: every method's offer on one page
//	POST /login/continue  page.go: prompt=select_account, "continue as"
//	GET  /account         home.go: where somebody lands who came without an application
//
// A method proves who somebody is (one folder below each); the flow decides by policy what that
// proof is worth, starts the session and returns to the authorization request.
package login

import (
	"context"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// Method is one way to prove who one is. A new one is a type with these three methods, a template
// for its offer, and an element of Flow.Methods.
type Method interface {
	// Name stands in the audit log and in the policy; once given it never changes.
	Name() string
	// Offered returns the method's part of the sign-in page, or nil when it offers none. It must
	// not depend on what any account has: whoever looks is a stranger.
	Offered(ctx context.Context, a Attempt) (templates.Offer, error)
	// Mount registers the method's own pages under flow.Base + "/login/". What they prove goes to
	// flow.Complete.
	Mount(mux *web.Mux, flow *Flow)
}

// Attempt is one browser's try to sign in.
type Attempt struct {
	Base    string // path of the issuer; every action of an offer begins with it
	Handle  string // of the pending authorization request; empty on a direct visit
	Email   string // what is known of who signs in: a hint, or what was typed
	Problem string // what is wrong with what was typed, for the method that asked for it
	Method  string // the method Problem belongs to
}

// ProblemOf returns what the person must correct in this method's form.
func (a Attempt) ProblemOf(m Method) string {
	if a.Method != m.Name() {
		return ""
	}
	return a.Problem
}

// Proof is what a method established. One of UserID, Email and NewUser says who it is.
type Proof struct {
	Method  string
	UserID  string
	Email   string        // of an account that must exist by now
	NewUser *storage.User // signs up, unless an account has the address already
	// VerifiedEmail: the person has just shown to read the account's mail.
	VerifiedEmail bool
	AMR           []string        // RFC 8176
	Spend         []storage.Spent // single uses; spent in the transaction that starts the session
}
