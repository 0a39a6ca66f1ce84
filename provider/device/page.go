package device

import (
	"cmp"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"

	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// typed bounds how many user codes one network, and one account, may try.
var typed = web.Limit{Events: 10, Per: deviceLife}

// Page answers GET /device. A code in the URL is only filled in: the sender of the link may be
// after an account for a device of theirs.
func (f *Flow) Page(w http.ResponseWriter, r *http.Request) error {
	form, fault := oauth.ReadAuthorize(r)
	if fault != nil {
		return fault
	}
	return f.askUserCode(w, http.StatusOK, form.Get("user_code"), "")
}

func (f *Flow) askUserCode(w http.ResponseWriter, status int, code string, problem i18n.Text) error {
	return f.Pages.Render(w, status, templates.Device{Action: f.Path("/device"), UserCode: code, Error: problem})
}

// Enter answers POST /device: the request is parked like any other, for this browser alone.
func (f *Flow) Enter(w http.ResponseWriter, r *http.Request) error {
	form, fault := oauth.ReadAuthorize(r)
	if fault != nil {
		return fault
	}
	err := f.countTyped(r)
	if e := oauth.TooMany(err, "Too many user codes were tried; try again later."); e != nil {
		return e.WithMessage("Too many codes were tried from your network. Wait a few minutes.")
	}
	if err != nil {
		return err
	}
	d, err := f.Devices.byUserCode(r.Context(), form.Get("user_code"))
	if errors.Is(err, storage.ErrNotFound) {
		return f.askUserCode(w, http.StatusBadRequest, form.Get("user_code"), "That code is not valid or has expired. Check your device and try again.")
	}
	if err != nil {
		return err
	}
	c, err := f.Auth.LookUp(r.Context(), d.ClientID)
	if err != nil {
		return err
	}
	q := &interaction.Request{
		Handle: storage.NewID(""), CreatedAt: f.Clock.Now(), Form: url.Values{"device_digest": {hex.EncodeToString(d.Digest)}},
		ClientID: c.ID, ClientName: c.Name, FirstParty: c.FirstParty, Scopes: d.Scopes, Resources: d.Resources,
		Details: d.Details,
	}
	q.ApplyDefaults(c)
	if err := f.Requests.Park(w, r, q); err != nil {
		return err
	}
	return web.Redirect(w, f.path(q))
}

// countTyped counts a try for the network and, when a user is signed in, for them wherever they are.
func (f *Flow) countTyped(r *http.Request) error {
	ctx := r.Context()
	if err := f.Limiter.Allow(ctx, "user-code:"+web.Network(web.ClientIP(ctx)), typed); err != nil {
		return err
	}
	s, err := f.Sessions.Current(r)
	if err != nil || s == nil {
		return err
	}
	return f.Limiter.Allow(ctx, "user-code:"+s.UserID, typed)
}

// Elsewhere returns the page of a parked request that is about a device, "" for any other.
func (f *Flow) Elsewhere(q *interaction.Request) string {
	if deviceDigest(q.Form) == nil {
		return ""
	}
	return f.path(q)
}

// path returns where q is answered.
func (f *Flow) path(q *interaction.Request) string { return f.Path("/device/" + q.Handle) }

// openDevice finds what this browser's person is to answer; due is where they have to sign in first.
func (f *Flow) openDevice(r *http.Request) (q *interaction.Request, d device, s *session.Session, due string, err error) {
	q, err = f.Requests.Open(r, r.PathValue("handle"))
	if err == nil {
		d, err = f.Devices.pending(r.Context(), deviceDigest(q.Form))
	}
	if errors.Is(err, storage.ErrNotFound) || err == nil && d.Denied {
		err = oauth.RefuseUser("expired_request", "This has expired, was already answered, or started in another browser. Start again on your device.")
	}
	if err == nil {
		s, err = f.Sessions.Current(r)
	}
	if err == nil {
		due, err = f.SignIn.Next(r.Context(), q, s) // signing in; what is asked here takes the place of the others
	}
	return q, d, s, due, err
}

// Confirm answers GET /device/{handle}: nothing is allowed without having been read.
func (f *Flow) Confirm(w http.ResponseWriter, r *http.Request) error {
	q, d, s, due, err := f.openDevice(r)
	if err != nil {
		return err
	}
	if due != "" {
		return web.Redirect(w, due)
	}
	if q.ShownTo != s.ID {
		q.ShownTo = s.ID
		if err := f.Requests.Update(r.Context(), q); err != nil {
			return err
		}
	}
	return f.Pages.Render(w, http.StatusOK, templates.Device{
		Action: f.path(q), UserCode: shownUserCode(d.UserCode), Client: q.ClientName,
		Account: cmp.Or(s.User.Email, s.User.Name), Network: d.Network, SameNetwork: d.Network == web.Network(web.ClientIP(r.Context())),
		Scopes: describeScopes(d.Scopes), Resources: d.Resources,
		Details: f.Types.Describe(d.Details, web.Language(r.Context())),
	})
}

// describeScopes says them as the consent page does.
func describeScopes(scopes []string) []templates.ConsentScope {
	described := make([]templates.ConsentScope, len(scopes))
	for i, scope := range interaction.ForPeople(scopes) {
		described[i] = templates.ConsentScope{Name: scope, Sentence: interaction.Sentence(scope)}
	}
	return described
}
