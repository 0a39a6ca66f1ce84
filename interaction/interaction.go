// Package interaction keeps an authorization request while its person signs in and consents.
//
// The provider parks a request and sends the browser to the first page that is due. Each page finds
// the request by its handle, adds what it learned, and returns to /authorize, which decides again.
// The parameters never travel through the browser a second time, and only the browser that began
// can go on: the handle alone opens nothing.
package interaction

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// Life is how long a person may take from the request to the response.
const Life = 30 * time.Minute

// handleLength is that of storage.NewID(""): nothing else is looked up.
const handleLength = 26

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
}

// Decisions of the consent page.
const (
	Allowed = "allowed"
	Denied  = "denied"
)

// Resume is where every page sends the browser when it is done, below the path of the issuer.
func (q *Request) Resume() string {
	if q.Return != "" {
		return q.Return
	}
	return "/authorize/" + q.Handle
}

// Fresh tells whether the person must sign in again for this request even though signed in:
// prompt=login, max_age, or an id_token_hint of somebody else. To have just signed in satisfies
// anything but the hint: whom it names cannot be replaced by anybody (OpenID Connect Core section
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

// Allow is what the person is asked to allow.
func (q *Request) Allow() []string {
	if len(q.Asked) > 0 {
		return q.Asked
	}
	return q.Scopes
}

// HasPrompt tells whether the client asked for this prompt.
func (q *Request) HasPrompt(value string) bool {
	for _, p := range q.Prompt {
		if p == value {
			return true
		}
	}
	return false
}

// Store keeps pending requests.
type Store struct {
	Ephemeral storage.Ephemeral
	Browser   web.Browser
}

// Park stores q under its handle, tied to this browser.
func (s *Store) Park(w http.ResponseWriter, r *http.Request, q *Request) error {
	q.Browser = s.Browser.Ensure(w, r)
	return s.Update(r.Context(), q)
}

// Update stores what a page added to q.
func (s *Store) Update(ctx context.Context, q *Request) error {
	left := Life - time.Since(q.CreatedAt)
	if left <= 0 {
		return storage.ErrNotFound
	}
	value, err := json.Marshal(q)
	if err != nil {
		return fmt.Errorf("encode authorization request: %w", err)
	}
	return s.Ephemeral.Put(ctx, key(q.Handle), value, left)
}

// Open returns the pending request of this handle, or ErrNotFound when there is none, it has
// expired, or another browser began it.
func (s *Store) Open(r *http.Request, handle string) (*Request, error) {
	if len(handle) != handleLength {
		return nil, storage.ErrNotFound
	}
	value, err := s.Ephemeral.Get(r.Context(), key(handle))
	if err != nil {
		return nil, err
	}
	q := &Request{Handle: handle}
	if err := json.Unmarshal(value, q); err != nil {
		return nil, fmt.Errorf("decode authorization request: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(q.Browser), []byte(s.Browser.ID(r))) != 1 {
		return nil, storage.ErrNotFound
	}
	return q, nil
}

// Close forgets the request. That its response was made only once is not ensured here but by the
// durable store, which spends the handle with the grant.
func (s *Store) Close(ctx context.Context, handle string) error {
	_, err := s.Ephemeral.Take(ctx, key(handle))
	return err
}

func key(handle string) string { return "request:" + handle }
