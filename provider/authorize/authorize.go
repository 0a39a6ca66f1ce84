package authorize

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/details"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/provider/clientauth"
	"github.com/symbolon-id/symbolon/provider/grant"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/provider/token"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// validRequest is an authorization request that has been validated now, whether it has just arrived
// or comes back from a page.
type validRequest struct {
	*interaction.Request
	client   storage.Client
	checked  grant.Checked
	session  *session.Session // set when nothing remains to be done
	parked   bool             // stored under its handle; answered at most once
	pushing  bool             // it arrives at /par
	received url.Values       // what a request object has taken the place of
	object   *oauth.Error     // why one was refused
	mustACR  []string         // an essential acr: one of these, or no answer
	named    *storage.NamedClaims
	reply    reply
}

// Deps is what the endpoint depends on.
type Deps struct {
	Place    oauth.Place
	Auth     *clientauth.Authenticator
	Proofs   *clientauth.Proofs
	Tokens   *token.Maker
	Grant    *grant.Issuer
	Keys     *keys.Ring
	Types    *details.Types
	Clients  KnownClients
	Sessions *session.Sessions
	Requests *interaction.Store
	Pages    *templates.Pages
	Limiter  *web.Limiter
	Audit    Recorder
	Hints    oauth.Hints
	Clock    clock.Clock

	Interactions []Interaction // in the order a person meets them
	// elsewhere returns the page that answers a parked request which no client sent to /authorize, ""
	// for any other.
	Elsewhere func(q *interaction.Request) string
	// signals is what the browser of a user who goes on to an app should signal to their password manager;
	// nil: nothing.
	Signals func(context.Context, storage.User) ([]templates.Signal, error)

	PushedTTL         time.Duration // of a pushed request, until the browser brings it; 0: 90 s
	PKCEPublicOnly    bool          // old confidential clients of OpenID Connect need no PKCE
	SessionManagement bool          // answers carry session_state
}

// KnownClients finds clients as they were last seen.
type KnownClients interface {
	// Known returns the client without asking its site, or storage.ErrNotFound.
	Known(ctx context.Context, id string) (storage.Client, error)
}

// Recorder records the refusals worth remembering.
type Recorder interface {
	RecordLater(ctx context.Context, e audit.Event)
}

// Endpoint answers authorization requests, pushed ones too.
type Endpoint struct {
	Deps
	oauth.Place
	pushed  *pushedRequests
	objects *requestObjects
	reply   *replier
}

// New builds the endpoint.
func New(d Deps) *Endpoint {
	return &Endpoint{
		Deps: d, Place: d.Place,
		pushed:  &pushedRequests{kept: keptIn(d.Requests.Ephemeral), ttl: cmp.Or(d.PushedTTL, defaultPushedTTL)},
		objects: &requestObjects{Place: d.Place, auth: d.Auth, clock: d.Clock},
		reply: &replier{
			Place: d.Place, hints: d.Hints, keys: d.Keys, pages: d.Pages, sessions: d.Sessions,
			sessionManagement: d.SessionManagement, signalsFor: d.Signals, clock: d.Clock,
		},
	}
}

// Authorize answers GET and POST /authorize.
func (e *Endpoint) Authorize(w http.ResponseWriter, r *http.Request) error {
	return e.reply.deliver(w, r, e.begin(w, r))
}

// Resume answers GET /authorize/{handle}, where every page sends the browser when it is done.
func (e *Endpoint) Resume(w http.ResponseWriter, r *http.Request) error {
	return e.reply.deliver(w, r, e.resume(w, r))
}

// begin validates a request that has just arrived.
func (e *Endpoint) begin(w http.ResponseWriter, r *http.Request) error {
	form, fault := oauth.ReadAuthorize(r)
	if fault != nil && len(form) == 0 {
		return fault
	}
	if pushedID(url.Values(form)) != "" {
		pushed, err := e.pushed.open(r.Context(), form)
		if err != nil {
			return err
		}
		form, fault = pushed, nil
		e.Pages.Prefer(w, pushed.Get("ui_locales"), e.Requests.Browser.Secure)
	}
	v := &validRequest{Request: &interaction.Request{Form: url.Values(form), CreatedAt: e.Clock.Now()}}
	if err := e.identify(r.Context(), v); err != nil {
		return err
	}
	if v.received != nil {
		e.Pages.Prefer(w, v.Form.Get("ui_locales"), e.Requests.Browser.Secure)
	}
	if fault == nil {
		fault = v.object
	}
	if fault != nil {
		return v.refused(fault)
	}
	if err := e.validate(r.Context(), v); err != nil {
		return v.refused(err)
	}
	if r.Method == http.MethodPost {
		// Another site's form: the browser has kept its SameSite cookies back. It sends them with
		// the same request as a GET.
		again := e.Path("/authorize?") + v.asSent().Encode()
		if len(again) > web.MaxURL {
			return v.refused(oauth.TooLarge())
		}
		return web.Redirect(w, again)
	}
	v.Handle = storage.NewID("")
	return e.proceed(w, r, v)
}

// asSent returns the request for another trip through the browser: a pushed one goes by its name, a signed
// one as it was signed.
func (v *validRequest) asSent() url.Values {
	if v.received != nil {
		return v.received
	}
	if pushedID(v.Form) == "" {
		return v.Form
	}
	return url.Values{"client_id": v.Form["client_id"], "request_uri": v.Form["request_uri"]}
}

// resume goes on with a request that was parked. It is validated again: the client may have changed
// meanwhile.
func (e *Endpoint) resume(w http.ResponseWriter, r *http.Request) error {
	q, err := e.Requests.Open(r, r.PathValue("handle"))
	if errors.Is(err, storage.ErrNotFound) {
		return oauth.RefuseUser("expired_request", "This sign-in has expired, is already finished, or started in another browser. Go back to the app and start again.")
	}
	if err != nil {
		return err
	}
	if page := e.Elsewhere(q); page != "" {
		return web.Redirect(w, page)
	}
	shown := *q
	v := &validRequest{Request: q, parked: true}
	v.reply.left = true
	if err := e.identify(r.Context(), v); err != nil {
		return err
	}
	if err := e.validate(r.Context(), v); err != nil {
		return v.refused(err)
	}
	if v.differs(shown) {
		if err := e.askAnew(r.Context(), v); err != nil {
			return err
		}
	}
	return e.proceed(w, r, v)
}

// differs reports whether the client has changed what it asks for, by changing itself, since the request
// was parked. What a person was shown and answered was that.
func (v *validRequest) differs(shown interaction.Request) bool {
	return v.ClientName != shown.ClientName || v.Links != shown.Links || v.RedirectURI != shown.RedirectURI ||
		!slices.Equal(v.Scopes, shown.Scopes) || !slices.Equal(v.Asked, shown.Asked) ||
		!slices.Equal(v.Resources, shown.Resources) || !bytes.Equal(v.Details, shown.Details)
}

// askAnew forgets to whom the request was shown and that it was allowed; that it was denied stays.
func (e *Endpoint) askAnew(ctx context.Context, v *validRequest) error {
	v.ShownTo, v.Client = "", asShown(v.client)
	if v.Decision == interaction.Allowed {
		v.Decision, v.DecidedBy = "", ""
	}
	return e.Requests.Update(ctx, v.Request)
}

// validate checks everything else: first by our rules, then by fosite's.
func (e *Endpoint) validate(ctx context.Context, v *validRequest) (err error) {
	for _, rule := range []func(*validRequest) error{
		checkMode, checkResponse, checkPushed, checkSigned, checkKey, e.checkChallenge, checkScope, e.checkResources, e.checkDetails, checkPrompt, e.checkHint,
		checkClaims,
	} {
		if err := rule(v); err != nil {
			return err
		}
	}
	v.ApplyDefaults(v.client)
	v.checked, err = e.Grant.Check(ctx, v.client, v.RedirectURI, v.Form.Get("response_type"), v.Scopes)
	return err
}
