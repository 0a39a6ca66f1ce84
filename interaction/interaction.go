// Package interaction keeps an authorization request while its person signs in and consents.
//
// The provider parks a request and sends the browser to the first page that is due. Each page finds
// the request by its handle, adds what it learned, and returns to /authorize, which decides again.
// The parameters never travel through the browser a second time, and only the browser that began
// can go on: the handle alone opens nothing.
package interaction

import (
	"crypto/subtle"
	"encoding/json"
	"net/url"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// Life is how long a person may take from the request to the response.
const Life = 30 * time.Minute

// Request is an authorization request while it is pending. It is stored as JSON: a field may be
// added, never renamed.
type Request struct {
	Handle    string     `json:"-"`
	Browser   string     `json:"browser"`
	CreatedAt time.Time  `json:"created_at"`
	Form      url.Values `json:"form"` // as received; validated again before the response

	ClientID    string   `json:"client_id"`
	ClientName  string   `json:"client_name"`
	FirstParty  bool     `json:"first_party,omitempty"`
	RedirectURI string   `json:"redirect_uri"` // effective
	Scopes      []string `json:"scopes"`
	Resources   []string `json:"resources,omitempty"`
	Approved    bool     `json:"approved,omitempty"` // by the operator, although it came by itself

	Links storage.ClientLinks `json:"links,omitzero"`

	// Client is who asked, its name and metadata alone, as it was when the request arrived.
	Client *storage.Client `json:"client,omitempty"`

	Asked []string `json:"asked,omitempty"` // in place of Scopes, when single claims are asked for: see storage.NamedClaims

	Details json.RawMessage `json:"authorization_details,omitempty"` // RFC 9396; valid, in the one form we keep

	Prompt      []string       `json:"prompt,omitempty"`
	MaxAge      *time.Duration `json:"max_age,omitempty"`
	LoginHint   string         `json:"login_hint,omitempty"`
	ACRValues   []string       `json:"acr_values,omitempty"`
	UILocales   string         `json:"ui_locales,omitempty"`
	HintSubject string         `json:"hint_subject,omitempty"` // sub of a valid id_token_hint

	ShownTo    string `json:"shown_to,omitempty"`    // id of the session that was shown the consent page
	Decision   string `json:"decision,omitempty"`    // what the person answered on the consent page
	DecidedBy  string `json:"decided_by,omitempty"`  // the user who answered
	ChosenUser string `json:"chosen_user,omitempty"` // prompt=select_account: "continue as"
	Switching  bool   `json:"switching,omitempty"`   // the person asked to use another account

	// Return is set on a request of our own pages: no client asked, and this path below the issuer's
	// is where the person goes on. Nothing is ever granted for such a request.
	Return string `json:"return,omitempty"`

	// Shared is the Store's: under which key it keeps what is not of one browser; empty: together with the rest.
	Shared string `json:"shared,omitempty"`
}

// Decisions of the consent page.
const (
	Allowed = "allowed"
	Denied  = "denied"
)

// BoundTo reports whether the browser with this id began the request.
func (q *Request) BoundTo(browser string) bool {
	return browser != "" && subtle.ConstantTimeCompare([]byte(q.Browser), []byte(browser)) == 1
}

// Expired reports whether the request has waited for too long.
func (q *Request) Expired(now time.Time) bool { return !now.Before(q.CreatedAt.Add(Life)) }

// Resume returns where every page sends the browser when it is done, below the path of the issuer.
func (q *Request) Resume() string {
	if q.Return != "" {
		return q.Return
	}
	return "/authorize/" + q.Handle
}

// Fresh reports whether the user must sign in again for this request even though signed in:
// prompt=login, max_age, or an id_token_hint of another user. To have just signed in satisfies
// anything but the hint: no other user can take the place of the user it names (OpenID Connect Core section
// 3.1.2.1).
func (q *Request) Fresh(userID string, authTime, now time.Time) bool {
	if q.HintSubject != "" && q.HintSubject != userID {
		return true
	}
	if !authTime.Before(q.CreatedAt.Truncate(time.Millisecond)) { // what a stored time is rounded to
		return false
	}
	if q.HasPrompt("login") || (q.HasPrompt("select_account") && q.ChosenUser != userID) {
		return true
	}
	return q.MaxAge != nil && (*q.MaxAge == 0 || now.Sub(authTime) > *q.MaxAge)
}

// Allow returns what the user is asked to allow.
func (q *Request) Allow() []string {
	if len(q.Asked) > 0 {
		return q.Asked
	}
	return q.Scopes
}

// HasPrompt reports whether the client asked for this prompt.
func (q *Request) HasPrompt(value string) bool {
	for _, p := range q.Prompt {
		if p == value {
			return true
		}
	}
	return false
}
