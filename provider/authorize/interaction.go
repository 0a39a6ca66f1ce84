package authorize

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/provider/grant"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// proceed is the one place that decides what happens next to an authorization request: a page that
// is due, an error for the client, or the code. Pages only ever return here, never to one another.
func (e *Endpoint) proceed(w http.ResponseWriter, r *http.Request, v *validRequest) error {
	if v.Decision == interaction.Denied {
		return v.refused(oauth.Refuse("access_denied", "The user denied the request."))
	}
	s, err := e.Sessions.Current(r)
	if err != nil {
		return err
	}
	if err := e.recognize(r.Context(), v, s); err != nil {
		return err
	}
	if s != nil && v.somebodyElse(s) {
		return v.refused(oauth.Refuse("login_required", "A different user is signed in than the one requested."))
	}
	for _, step := range e.Interactions {
		page, err := step.Next(r.Context(), v.Request, s)
		if err != nil {
			return err
		}
		if page != "" {
			return e.detour(w, r, v, page, step.Refusal())
		}
	}
	if !v.reached(s.ACR) {
		return v.refused(oauth.Refuse("unmet_authentication_requirements", "The user cannot meet the requested authentication requirements."))
	}
	return e.respond(w, r, v, s)
}

// recognize turns the subject that a hint names into the id of the person signed in, when it is theirs.
// The pages know people by their ids only; to them, any other subject is another user.
func (e *Endpoint) recognize(ctx context.Context, v *validRequest, s *session.Session) error {
	if s == nil || v.HintSubject == "" || v.HintSubject == s.UserID || v.HintSubject != e.Tokens.Subject(v.client, s.UserID) {
		return nil
	}
	v.HintSubject = s.UserID
	if !v.parked {
		return nil
	}
	return e.Requests.Update(ctx, v.Request)
}

// somebodyElse reports whether the person has signed in for this very request as another than the one
// the client asked for (id_token_hint; OpenID Connect Core section 3.1.2.2): never switch silently,
// and do not ask for ever.
func (v *validRequest) somebodyElse(s *session.Session) bool {
	asked := v.CreatedAt.Truncate(time.Millisecond) // as sessions are stored
	return v.HintSubject != "" && v.HintSubject != s.UserID && !s.AuthTime.Before(asked)
}

// detour parks the request and sends the browser to the page that is due; under prompt=none the
// client gets an error instead.
func (e *Endpoint) detour(w http.ResponseWriter, r *http.Request, v *validRequest, page, refusal string) error {
	if v.HasPrompt("none") {
		return v.refused(oauth.Refuse(refusal, "User interaction is required, but prompt=none was requested."))
	}
	if !v.parked {
		v.Client = asShown(v.client)
		if err := e.Requests.Park(w, r, v.Request); err != nil {
			return err
		}
	}
	http.Redirect(w, r, page, http.StatusSeeOther)
	return nil
}

// respond issues the code (RFC 6749 section 4.1.2).
func (e *Endpoint) respond(w http.ResponseWriter, r *http.Request, v *validRequest, s *session.Session) error {
	v.session = s
	code, err := e.Grant.Code(r.Context(), v.checked, v.authorized(e.pushed.spends(v)))
	switch {
	case errors.Is(err, storage.ErrSpent):
		return oauth.RefuseUser("expired_request", "This sign-in is already finished. Go back to the app and start again.")
	case errors.Is(err, storage.ErrNotFound):
		return oauth.RefuseUser("access_denied", "This account or app was just turned off.")
	case err != nil:
		return err
	}
	if v.parked {
		// The durable store has spent the handle; that the parked copy goes too is tidiness.
		_ = e.Requests.Close(r.Context(), v.Handle)
	}
	e.pushed.forget(r.Context(), v.Form) // likewise
	web.Annotate(r.Context(), oauth.ClientAttr(v.ClientID))
	fields := [][2]string{{"code", code}}
	if state := e.reply.sessionState(w, r, v); state != "" {
		fields = append(fields, [2]string{"session_state", state})
	}
	return e.reply.answerClient(w, r, v, fields)
}

// authorized returns what the code will represent.
func (v *validRequest) authorized(spend storage.Spent) grant.Authorization {
	return grant.Authorization{
		ClientID: v.ClientID, UserID: v.session.UserID, SessionID: v.session.ID, Spend: spend,
		Details: storage.GrantDetails{
			Scopes:    v.Scopes,
			NoScope:   v.Form.Get("scope") == "",
			Resources: v.Resources,

			AuthorizationDetails: v.Details,

			RedirectURI: v.Form.Get("redirect_uri"),
			Challenge:   v.Form.Get("code_challenge"),
			Nonce:       v.Form.Get("nonce"),
			AuthTime:    v.session.AuthTime,
			ACR:         v.session.ACR,
			AMR:         v.session.AMR,
			JKT:         v.Form.Get("dpop_jkt"),
			Named:       v.named,
		},
	}
}

// Interaction is something the person must do before the response: sign in, consent.
type Interaction interface {
	// Next returns the path of the page that is due for q, or "" when nothing is.
	Next(ctx context.Context, q *interaction.Request, s *session.Session) (page string, err error)
	// Refusal is the error a client gets instead of the page under prompt=none
	// (OpenID Connect Core section 3.1.2.6).
	Refusal() string
}

// replier delivers authorization responses.
type replier struct {
	oauth.Place
	hints             oauth.Hints
	keys              *keys.Ring
	pages             *templates.Pages
	sessions          *session.Sessions
	sessionManagement bool
	signalsFor        func(context.Context, storage.User) ([]templates.Signal, error)
	clock             clock.Clock
}

// reply is how the client wants its answer.
type reply struct {
	uri   string // validated
	state string
	mode  string
	left  bool // after a POST: a redirect to the client would die of form-action in the browser
}

// errorResponse is a refusal that the client learns of (RFC 6749 section 4.1.2.1).
type errorResponse struct {
	error
	request *validRequest
}

func (v *validRequest) refused(err error) error { return &errorResponse{err, v} }

// Unwrap returns the refusal itself.
func (e *errorResponse) Unwrap() error { return e.error }

// deliver sends err to its client when it is an error response; any other is returned.
func (p *replier) deliver(w http.ResponseWriter, r *http.Request, err error) error {
	if response, ok := errors.AsType[*errorResponse](err); ok {
		return p.refuseAtClient(w, r, response.request, oauth.AsError(response.error))
	}
	return err
}

// refuseAtClient answers by redirect; an outage is ours to report.
func (p *replier) refuseAtClient(w http.ResponseWriter, r *http.Request, v *validRequest, e *oauth.Error) error {
	if e.Status >= http.StatusInternalServerError {
		return e
	}
	web.Annotate(r.Context(), oauth.ClientAttr(v.ClientID), oauth.ErrorAttr(e.Name))
	p.hints.Of(r, e)
	fields := [][2]string{{"error", e.Name}, {"error_description", e.Description}}
	if oauth.Unapproved(v.client) && unseen(r, v) {
		return p.refuseHere(r, v, *e, fields)
	}
	return p.answerClient(w, r, v, fields)
}

// response returns the parameters of an authorization response: always with one iss (RFC 9207) and the state
// as sent.
func (p *replier) response(ctx context.Context, v *validRequest, fields [][2]string) ([][2]string, error) {
	if v.reply.state != "" {
		fields = append(fields, [2]string{"state", v.reply.state})
	}
	fields = append(fields, [2]string{"iss", p.Issuer})
	if oauth.IsSigned(v.reply.mode) {
		return p.signResponse(ctx, v, fields)
	}
	return fields, nil
}

// answerClient delivers an authorization response.
func (p *replier) answerClient(w http.ResponseWriter, r *http.Request, v *validRequest, fields [][2]string) error {
	fields, err := p.response(r.Context(), v, fields)
	if err != nil {
		return err
	}
	if oauth.IsPosted(v.reply.mode) {
		return p.postToClient(w, v, fields)
	}
	location := oauth.AppendQuery(v.reply.uri, fields...)
	if v.reply.left {
		return p.pages.HandOff(w, templates.HandOff{App: v.ClientName, URL: location, Signals: p.signals(r.Context(), v.session)})
	}
	h := w.Header()
	h.Set("Location", location)
	h.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// postToClient implements OAuth 2.0 Form Post Response Mode.
func (p *replier) postToClient(w http.ResponseWriter, v *validRequest, fields [][2]string) error {
	page := templates.FormPost{App: v.ClientName, Action: v.reply.uri}
	for _, f := range fields {
		page.Fields = append(page.Fields, templates.Field{Name: f[0], Value: f[1]})
	}
	web.AllowFormAction(w)
	w.Header().Set("Referrer-Policy", "no-referrer")
	return p.pages.Render(w, http.StatusOK, page)
}

// signals serves the person's password manager: without them, people go on all the same.
func (p *replier) signals(ctx context.Context, s *session.Session) []templates.Signal {
	if p.signalsFor == nil || s == nil {
		return nil
	}
	signals, err := p.signalsFor(ctx, s.User)
	if err != nil {
		return nil
	}
	return signals
}
