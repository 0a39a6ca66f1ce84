package endsession

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/provider/clientauth"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/provider/token"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// SessionClients knows which clients a session has signed in to.
type SessionClients interface {
	// FrontchannelClients returns the clients that got tokens in the session and want to be notified of its
	// end in the browser.
	FrontchannelClients(ctx context.Context, sessionID string) ([]storage.Client, error)
}

// Endpoint ends sessions.
type Endpoint struct {
	oauth.Place
	Auth     *clientauth.Authenticator
	Tokens   *token.Maker
	Sessions *session.Sessions
	Pages    *templates.Pages
	Audit    interface {
		Record(ctx context.Context, e audit.Event) error
	}
	Grants SessionClients
}

// signOut is one request to end the session (OpenID Connect RP-Initiated Logout section 2).
type signOut struct {
	form    oauth.Params
	client  storage.Client // zero when the request names none
	session string         // of a valid id_token_hint, as client knows it
	target  string         // where to go afterwards; registered by client
}

// EndSession answers GET and POST /logout. An ID token of the session there is here proves that an
// application in it asks, however old the token; any other site could have sent the browser here, so the
// person is asked.
func (e *Endpoint) EndSession(w http.ResponseWriter, r *http.Request) error {
	form, fault := oauth.ReadAuthorize(r)
	if fault != nil {
		return fault
	}
	q, err := e.readSignOut(r.Context(), form)
	if err != nil {
		return err
	}
	s, err := e.Sessions.Current(r)
	if err != nil {
		return err
	}
	confirmed := r.Method == http.MethodPost && form.Get("confirm") == "yes"
	switch {
	case s == nil && r.Method == http.MethodPost && !confirmed:
		// A POST from another site comes without cookies; the same as a GET has them.
		return web.Redirect(w, e.Path("/logout?")+url.Values(form).Encode())
	case s == nil && q.target != "" && oauth.Unapproved(q.client):
		return e.Pages.Render(w, http.StatusOK, templates.SignedOut{App: oauth.ShownAddress(q.target), NextURL: q.next(), Waits: true, SignInURL: e.Path("/login")})
	case s == nil:
		return e.signedOut(w, r, q, nil)
	case !confirmed && (q.session != e.Tokens.SID(q.client, s.ID) || r.Method == http.MethodHead):
		return e.askSignOut(w, q, s)
	}
	return e.signOutHere(w, r, q, s)
}

func (e *Endpoint) signOutHere(w http.ResponseWriter, r *http.Request, q *signOut, s *session.Session) error {
	frames, err := e.frames(r.Context(), s)
	if err != nil {
		return err
	}
	if err := e.Sessions.End(w, r); err != nil {
		return err
	}
	// The session is over whether or not this is stored at once; until then it is kept and tried again.
	_ = e.Audit.Record(r.Context(), audit.Event{
		Type: audit.SignOut, Outcome: audit.Success, UserID: s.User.ID, ClientID: q.client.ID, Target: s.ID,
		IP: web.ClientIP(r.Context()).String(), TraceID: web.TraceID(r.Context()),
	})
	return e.signedOut(w, r, q, frames)
}

// readSignOut finds who asks. A hint that is not ours counts as none: it proves nothing, and must
// not keep a user from signing out.
func (e *Endpoint) readSignOut(ctx context.Context, form oauth.Params) (*signOut, error) {
	q := &signOut{form: form}
	clientID := form.Get("client_id")
	if hint, err := e.Tokens.OpenIDToken(form.Get("id_token_hint")); err == nil && len(hint.Audience) == 1 {
		if clientID != "" && clientID != hint.Audience[0] {
			return nil, oauth.Refuse("invalid_request", "The client_id does not match the id_token_hint.")
		}
		clientID, q.session = hint.Audience[0], hint.SessionID
	}
	c, err := e.Auth.LookUp(ctx, clientID)
	if err != nil {
		return nil, err
	}
	if c.DisabledAt.IsZero() {
		q.client = c
	}
	q.target = form.Get("post_logout_redirect_uri")
	if err := q.checkTarget(); err != nil {
		return nil, err
	}
	return q, nil
}

func (q *signOut) checkTarget() error {
	if q.target == "" {
		return nil
	}
	if !slices.Contains(q.client.PostLogoutRedirectURIs, q.target) {
		return oauth.Refuse("invalid_request", "The post_logout_redirect_uri is not registered for this client.").WithHintFunc(q.targetDiffers)
	}
	if err := oauth.ValidRedirectURI(q.target); err != nil {
		return oauth.Refuse("invalid_request", "The post_logout_redirect_uri is not a valid redirect target.")
	}
	return nil
}

func (q *signOut) targetDiffers() string {
	if q.client.ID == "" {
		return "no client is named: send client_id, or an id_token_hint of ours; requested " + q.target
	}
	return oauth.URIDiffers(q.target, q.client.PostLogoutRedirectURIs) + oauth.ToRegister(q.client, "--post-logout-redirect-uri")
}

func (e *Endpoint) askSignOut(w http.ResponseWriter, q *signOut, s *session.Session) error {
	page := templates.SignOut{App: q.client.Name, Account: s.User.Email, Action: e.Path("/logout")}
	for _, name := range []string{"id_token_hint", "client_id", "post_logout_redirect_uri", "state"} {
		if value := q.form.Get(name); value != "" {
			page.Fields = append(page.Fields, templates.Field{Name: name, Value: value})
		}
	}
	page.Fields = append(page.Fields, templates.Field{Name: "confirm", Value: "yes"})
	return e.Pages.Render(w, http.StatusOK, page)
}

// next returns where to go afterwards, "" for nowhere.
func (q *signOut) next() string {
	if q.target == "" {
		return ""
	}
	return oauth.AppendQuery(q.target, [2]string{"state", q.form.Get("state")})
}

// signedOut notifies the applications of the session that is over by frames, and goes back to the one that
// asked, or says here that it is over.
func (e *Endpoint) signedOut(w http.ResponseWriter, r *http.Request, q *signOut, frames []string) error {
	switch next := q.next(); {
	case len(frames) > 0:
		return e.signOutInFrames(w, q, frames, next)
	case next != "" && r.Method == http.MethodPost:
		return e.Pages.HandOff(w, templates.HandOff{App: q.client.Name, URL: next})
	case next != "":
		return web.RedirectAway(w, next)
	}
	return e.Pages.Render(w, http.StatusOK, templates.SignedOut{SignInURL: e.Path("/login")})
}
