// Package login lets people sign in.
//
//	GET  /login           firstpage.go: every method's offer on one page
//	GET  /login/second    secondpage.go: what is missing after the first factor, or to step up
//	POST /login/continue  firstpage.go: prompt=select_account, "continue as"
//
// A browser that came without an application lands at /account, which is another package's.
//
// A method proves who a user is (one folder below each). What the proofs are worth together, and what
// is missing, policy.go and rules.go decide from values alone; attempts.go keeps how far a browser has
// come; steps.go says which page is due; complete.go starts the session once everything is proven.
package login

import (
	"context"
	"time"

	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// The names that the flow itself must know: of the mail that needs no enrolment, and of those whose
// factors storage.Factors counts.
const (
	MailMethod     = "mail"
	PasskeyMethod  = "passkey"
	TOTPMethod     = "totp"
	RecoveryMethod = "recovery"
)

// Method is one way to prove who one is. A new one is a type with these three methods, a template
// for its offer, and an element of Options.Methods.
type Method interface {
	// Name is recorded in the audit log; once given it never changes.
	Name() string
	// Offered returns the method's part of the sign-in page, or nil when it offers none. It must
	// not depend on what any account has: the visitor is not signed in.
	Offered(ctx context.Context, a Attempt) (templates.Offer, error)
	// Mount registers the method's own pages under "/login/". What they prove goes to flow.Complete.
	Mount(mux *web.Mux, flow *Flow)
}

// Second is a method that can be asked of a user who is known: as second factor, or to step up.
type Second interface {
	Method
	// Proves is what it then proves: Code or VerifiedKey. It is offered where that helps.
	Proves() Kind
	// Second returns its part of the page for the second factor, or nil when user has enrolled none.
	Second(ctx context.Context, a Attempt, user storage.User) (templates.Offer, error)
}

// Witness is a method that wants to know when a session was started by what it proved, such as to
// say so by mail.
type Witness interface {
	SignedIn(ctx context.Context, user storage.User)
}

// Attempt is one browser's try to sign in.
type Attempt struct {
	Site    web.Site  // where the action of an offer is; filled in by the flow
	Browser string    // the browser's id, web.Browser; filled in by the flow
	Handle  string    // of the pending authorization request; empty on a direct visit
	Email   string    // what is known of who signs in: a hint, or what was typed
	Problem i18n.Text // why what was typed was refused, for the method that asked for it
	Method  string    // the method Problem belongs to
	Signals []templates.Signal
}

// ProblemOf returns what the user must correct in this method's form.
func (a Attempt) ProblemOf(m Method) i18n.Text {
	if a.Method != m.Name() {
		return ""
	}
	return a.Problem
}

// Proof is what a method established. One of UserID, Email and NewUser says who it is. While it
// waits for a second one it is stored as JSON: a field may be added, never renamed.
type Proof struct {
	Method  string
	Kind    Kind
	UserID  string
	Email   string        // of an account that must exist by now
	NewUser *storage.User // signs up, unless an account has the address already
	// VerifiedEmail: the user has just shown to read the account's mail.
	VerifiedEmail bool
	UserVerified  bool     // makes a Key a VerifiedKey
	AMR           []string // RFC 8176

	// What is used up, in the transaction that starts the session.
	Spend    []storage.Spent
	Passkey  *storage.PasskeyUse
	TOTP     *storage.TOTPUse
	Recovery *storage.RecoveryUse
}

func (p Proof) kind() Kind {
	if p.Kind == Key && p.UserVerified {
		return VerifiedKey
	}
	return p.Kind
}

// PendingLife is how long what was proven waits for what is missing. A Spend must be remembered for
// at least this long after it is proven.
const PendingLife = 10 * time.Minute
