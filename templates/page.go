package templates

import (
	"cmp"
	"net/http"

	"github.com/symbolon-id/symbolon/i18n"
)

// Page is the data of one page; each type below names the template that shows it.
type Page interface{ template() string }

// SignIn is the first page of signing in: every offer is one method's way to begin.
type SignIn struct {
	App     string    // name of the client that asked; empty on a direct visit
	Why     i18n.Text // why a user who is signed in is asked again; empty otherwise
	Account string    // address the sign-in is fixed to, or the one signed in already
	Notice  i18n.Text // what happened before: "That link has expired."
	Offers  []Offer   // in order of preference
	Resume  string    // with Account, prompt=select_account: POST here to continue as it; else empty
	Handle  string    // of the pending request, for Resume
	Signals []Signal
}

// Offer is one method's part of the sign-in page, or of the one for the second factor.
type Offer interface {
	offer() string      // names its template
	problem() i18n.Text // the error of what was typed
}

// Problem returns the error of the first offer that has one: it opens the title, which is
// what a screen reader says first.
func (s SignIn) Problem() i18n.Text { return problem(s.Offers) }

func problem(offers []Offer) i18n.Text {
	for _, o := range offers {
		if p := o.problem(); p != "" {
			return p
		}
	}
	return ""
}

// MailOffer asks for an address to send a link and a code to.
type MailOffer struct {
	Action string    // POST: email, request
	Handle string    // of the pending request; travels as a hidden field
	Email  string    // filled in already
	Error  i18n.Text // the error of the address
}

// UsersOffer signs a demo user in by a click.
type UsersOffer struct {
	Action string // POST: user, request
	Handle string
	Users  []UserChoice
}

// UserChoice is one demo user.
type UserChoice struct{ ID, Name, Email string }

// MailSent asks for the code of the mail that was just sent, if it was.
type MailSent struct {
	App    string
	Email  string
	Action string // POST: code, request
	Handle string
	Error  i18n.Text
	Again  string // GET: back to the sign-in page
}

// MailLink is what the mailed link shows. It never signs in by itself: scanners open links.
type MailLink struct {
	App         string
	SameBrowser bool   // it was this browser that asked
	Action      string // POST: signs in (same browser) or, for NotMe, voids the link
	NotMe       string // POST
	Code        string // shown in another browser, to be typed in the one that asked
	Browser     string // who asked: "Firefox on Linux"
	Network     string // and from where
	Email       string
}

// Consent asks whether a client may have what it asks for.
type Consent struct {
	Action       string // POST: decision=allow|deny, request
	Handle       string
	Client       string
	ClientHost   string // what weighs more than the name a client chose
	RedirectHost string // where the answer goes; MCP makes showing it a MUST
	Resources    []string
	Account      string
	SwitchURL    string // sign in as another user
	Scopes       []ConsentScope
	Details      []Detail  // authorization details (RFC 9396)
	Lasts        i18n.Text // how long it lasts, as a sentence
	Warning      i18n.Text // scaled to the risk; empty for the organisation's own
	Unverified   bool      // no operator answers for the client
	Vouched      i18n.Text // who does, as a sentence
	Links        []ConsentLink
	LogoURL      string // our own copy
}

// ConsentLink is what a client says of itself elsewhere.
type ConsentLink struct {
	Name i18n.Text
	URL  string // https
	Host string
}

// ConsentScope is one thing asked for.
type ConsentScope struct {
	Name     string
	Sentence i18n.Text
	New      bool // more than was allowed before
}

// HandOff goes to another site after a POST: form-action would silently stop a redirect.
type HandOff struct {
	App     string
	URL     string
	Signals []Signal
}

// FormPost delivers the authorization response by response_mode=form_post.
type FormPost struct {
	App    string
	Action string
	Fields []Field
}

// Field is one hidden field.
type Field struct{ Name, Value string }

// SignOut asks whether the person wants to be signed out here.
type SignOut struct {
	App     string
	Account string
	Action  string // POST
	Fields  []Field
}

// SignedOut says that the user is signed out here, and has the browser notify applications.
type SignedOut struct {
	Notice    i18n.Text // what happened beside that; empty: nothing
	SignInURL string
	App       string   // name of the client at NextURL
	NextURL   string   // where to go on to when the frames have loaded; empty: nowhere
	Waits     bool     // for the person to go on there
	Frames    []string // of applications that are notified in the browser
}

// Done says that what was asked for happened, and one way forward.
type Done struct {
	Title   i18n.Text
	Message i18n.Text
	WayText i18n.Text // empty: there is nothing else to do
	WayURL  string    // ours
}

// Error says what happened, that the account is fine, and one way forward; below, for developers,
// the stable code and the trace id that is also in the log.
type Error struct {
	Status  int
	Title   i18n.Text
	Message i18n.Text
	WayText i18n.Text // one way forward; empty for none
	WayURL  string    // ours, or with App the site of an app that an operator answers for
	App     string    // its name: the way is back to it
	OAuth   string    // the error of RFC 6749, if it is one
	// BackURL is where the application gets its answer, and BackTo the host of it: for people to decide
	// whether to go there. Empty: it has its answer already, or never gets one.
	BackTo, BackURL string
	// Explanation is what the application receives about it, for its developers: English, as protocols are.
	Explanation string
	Code        string // short and stable
	Detail      string // what differs; only in dev mode
	TraceID     string
}

// errorDocs explains every code, under a heading of its name.
const errorDocs = "https://github.com/symbolon-id/symbolon/blob/main/docs/errors.md#"

// Docs returns where the code is explained, "" without one.
func (e Error) Docs() string {
	if code := cmp.Or(e.Code, e.OAuth); code != "" {
		return errorDocs + code
	}
	return ""
}

// Failed reports whether it is a refusal: a voided link has its page as well.
func (e Error) Failed() bool { return e.Status == 0 || e.Status >= http.StatusBadRequest }

// Reassures says that the account is fine: unless it may be the account that is refused.
func (e Error) Reassures() bool { return e.Status != http.StatusForbidden }

func (SignIn) template() string    { return "signin" }
func (MailSent) template() string  { return "mail-sent" }
func (MailLink) template() string  { return "mail-link" }
func (Consent) template() string   { return "consent" }
func (HandOff) template() string   { return "hand-off" }
func (FormPost) template() string  { return "form-post" }
func (SignOut) template() string   { return "sign-out" }
func (SignedOut) template() string { return "signed-out" }
func (Done) template() string      { return "done" }
func (Error) template() string     { return "error" }

func (MailOffer) offer() string  { return "offer-mail" }
func (UsersOffer) offer() string { return "offer-users" }

func (o MailOffer) problem() i18n.Text { return o.Error }
func (UsersOffer) problem() i18n.Text  { return "" }

// Mail is the data of one mail. Each has a Language, as Content-Language names it; "" is English.
type Mail interface {
	mail() string
	language() string
}

// SignInMail carries the link and the code of one attempt to sign in.
type SignInMail struct {
	App     string
	Link    string
	Code    string // six digits
	Minutes int
	Browser string
	Network string

	Language string
}

// InviteMail notifies a user that an account waits for them.
type InviteMail struct {
	Name string
	Link string // signs in, once
	Days int    // the link works for

	Language string
}

func (SignInMail) mail() string { return "sign-in" }
func (InviteMail) mail() string { return "invite" }

func (m SignInMail) language() string { return m.Language }
func (m InviteMail) language() string { return m.Language }
