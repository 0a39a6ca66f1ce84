// Package audit records who did what, to what, and why it was allowed or refused. Every feature reports
// to it where it decides; one event is one row, one log record and one count.
package audit

import "time"

// Event is one decision. No field ever holds a secret, a token, a code or a full mail address.
type Event struct {
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	Type     string    `json:"type"`              // noun.verb, a constant of this package
	Outcome  string    `json:"outcome"`           // Success or Refused
	Reason   string    `json:"reason,omitempty"`  // short and stable, for a refusal
	UserID   string    `json:"user_id,omitempty"` // the person acting, or acted for
	ClientID string    `json:"client_id,omitempty"`
	Target   string    `json:"target,omitempty"` // id of what was acted on: a grant, session, secret, key
	Method   string    `json:"method,omitempty"` // login method, grant type, or the Actor who changed a user, a client or a key
	Actors   string    `json:"actors,omitempty"` // who acted for the user, outermost first (RFC 8693)
	Resource string    `json:"resource,omitempty"`
	Scopes   string    `json:"scopes,omitempty"`
	IP       string    `json:"ip,omitempty"`
	TraceID  string    `json:"trace_id,omitempty"` // also in the request log; of several, the first's
	Count    int64     `json:"count"`              // how often, within a minute; for tokens within an hour

	CredentialID string `json:"credential_id,omitempty"` // the secret or key that the client authenticated with
}

// Outcomes.
const (
	Success = "success"
	Refused = "refused"
)

// Types of event. A name, once given, never changes: people filter by it.
const (
	SignIn         = "session.start"
	SignOut        = "session.end"
	MailLinkSent   = "mail_link.send"
	ConsentGiven   = "consent.give"
	ConsentDenied  = "consent.deny"
	GrantCreated   = "grant.create"
	GrantRevoked   = "grant.revoke"
	TokenIssued    = "token.issue"
	TokenRefreshed = "token.refresh"
	TokenRevoked   = "token.revoke"
	CodeReplayed   = "code.replay"
	RefreshReused  = "refresh.reuse"
	ClientAuth     = "client.authenticate"
	ClientCreated  = "client.create"
	ClientUpdated  = "client.update"
	ClientDisabled = "client.disable"
	ClientEnabled  = "client.enable"
	ClientDeleted  = "client.delete"
	SecretAdded    = "secret.add"
	SecretRevoked  = "secret.revoke"

	RegistrationTokenAdded   = "registration_token.add"
	RegistrationTokenRevoked = "registration_token.revoke"

	UserCreated  = "user.create"
	UserGroups   = "user.groups"
	UserDisabled = "user.disable"
	UserEnabled  = "user.enable"
	UserDeleted  = "user.delete"
	KeyRotated   = "key.rotate"
	KeyRevoked   = "key.revoke"

	EverythingEnded = "everything.end" // that began before a time, by the operator; Target is that time
)

// Types of event in an account. Method is the factor's for those that begin with "factor", and
// "account" for what the person did there that others can do elsewhere.
const (
	FactorAdded        = "factor.add"
	FactorRemoved      = "factor.remove"
	FactorRenamed      = "factor.rename"
	RecoveryUsed       = "recovery.use"
	RecoveryRenewed    = "recovery.renew"
	RecoveryLinkMade   = "recovery_link.make" // by the operator; Target is the id of the link
	RecoveryLinkVoided = "recovery_link.void"
	EmailAsked         = "email.ask" // a new address was sent a code
	EmailChanged       = "email.change"
	SecondEmailSet     = "second_email.set"
	SecondEmailRemoved = "second_email.remove"
	ProfileChanged     = "profile.change"
	ConsentWithdrawn   = "consent.withdraw"
	Disowned           = "activity.disown" // "this wasn't me"; Target is the id of the event
	UserExported       = "user.export"
	SessionMoved       = "session.move"     // it is used from another network than before
	SessionMismatch    = "session.mismatch" // its cookie came from another browser than it was given to
)
