package provider

import (
	"context"
	"net/http"

	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/provider/authorize"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// signIn is an interaction that believes the header X-Test-User.
type signIn struct{ s *server }

var _ authorize.Interaction = signIn{}

func (i signIn) Next(_ context.Context, q *interaction.Request, s *session.Session) (string, error) {
	if s != nil && !q.Fresh(s.UserID, s.AuthTime, i.s.now()) {
		return "", nil
	}
	// A request that has no handle yet gets one when it is parked.
	return i.s.Base + "/test/sign-in?request=" + q.Handle, nil
}

func (signIn) Refusal() string { return "login_required" }

func (s *server) signInPage(w http.ResponseWriter, r *http.Request) error {
	q, err := s.Requests.Open(r, r.FormValue("request"))
	if err != nil {
		return err
	}
	_, err = s.Sessions.Start(w, r, storage.SignIn{
		UserID:  r.Header.Get("X-Test-User"),
		Session: storage.Session{AuthTime: s.now(), ACR: "urn:symbolon:acr:mail", AMR: []string{"mail"}},
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, s.Base+q.Resume())
}

// consent asks for all but first-party clients; the header X-Test-Consent answers.
type consent struct{}

var _ authorize.Interaction = consent{}

func (consent) Next(_ context.Context, q *interaction.Request, _ *session.Session) (string, error) {
	if q.FirstParty && !q.HasPrompt("consent") || q.Decision != "" {
		return "", nil
	}
	return "/test/consent?request=" + q.Handle, nil
}

func (consent) Refusal() string { return "consent_required" }

func (s *server) consentPage(w http.ResponseWriter, r *http.Request) error {
	q, err := s.Requests.Open(r, r.FormValue("request"))
	if err != nil {
		return err
	}
	q.Decision = interaction.Allowed
	if r.Header.Get("X-Test-Consent") == "deny" {
		q.Decision = interaction.Denied
	}
	if err := s.Requests.Update(r.Context(), q); err != nil {
		return err
	}
	return web.Redirect(w, s.Base+q.Resume())
}
