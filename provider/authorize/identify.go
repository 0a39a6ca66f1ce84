package authorize

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
)

// identify finds the client and the redirect URI. Until both are certain, nothing is ever sent
// anywhere but to our own error page (RFC 9700 section 4.11).
func (e *Endpoint) identify(ctx context.Context, v *validRequest) error {
	c, err := v.client, error(nil)
	switch {
	case v.parked:
		c, err = e.pendingClient(ctx, v.Request)
	case !v.pushing:
		c, err = e.Auth.LookUp(ctx, v.Form.Get("client_id"))
	}
	if err != nil {
		return err
	}
	if c.ID == "" || !c.DisabledAt.IsZero() {
		return e.Auth.UnknownClient(ctx, v.Form.Get("client_id"), c)
	}
	if err := e.open(ctx, v, c); err != nil {
		return err
	}
	uri, refusal := oauth.MatchRedirect(c, v.Form.Get("redirect_uri"), slices.Contains(strings.Fields(v.Form.Get("scope")), "openid"))
	if refusal != nil {
		e.Audit.RecordLater(ctx, audit.Event{Type: audit.GrantCreated, Outcome: audit.Refused, Reason: "redirect_uri", ClientID: c.ID})
		return unknownRedirect(refusal, v.Form.Get("redirect_uri"), c)
	}
	v.client, v.RedirectURI = c, uri
	v.ClientID, v.ClientName, v.FirstParty, v.Approved, v.Links = c.ID, c.Name, c.FirstParty, c.Approved, c.ClientLinks
	v.reply.uri, v.reply.state, v.reply.mode = uri, v.Form.Get("state"), deliverable(c, v.Form.Get("response_mode"))
	return nil
}

func unknownRedirect(refusal *oauth.Error, sent string, c storage.Client) *oauth.Error {
	refusal = refusal.WithMessage("The app asked to send you to an address that is not registered for it. Contact its developer.")
	return refusal.ForPage().WithHome(c).WithHintFunc(func() string {
		switch {
		case sent == "":
			return "OpenID Connect requires redirect_uri to be sent; registered: " + strings.Join(c.RedirectURIs, " ")
		case slices.Contains(c.RedirectURIs, sent):
			return "redirect_uri: " + sent
		}
		return oauth.URIDiffers(sent, c.RedirectURIs) + oauth.ToRegister(c, "--redirect-uri")
	})
}

// open replaces the request by the request object in it. When that is refused, where to say so can only
// be what came along with it: a redirect URI that is sent, and registered.
func (e *Endpoint) open(ctx context.Context, v *validRequest, c storage.Client) error {
	err := e.objects.unwrap(ctx, v, c)
	refusal, refused := errors.AsType[*oauth.Error](err)
	switch {
	case !refused || v.pushing:
		return err
	case v.Form.Get("redirect_uri") == "":
		return unacceptable(refusal).WithHome(c)
	}
	v.object = refusal
	return nil
}

func unacceptable(object *oauth.Error) *oauth.Error {
	onPage := oauth.RefuseUser(object.Name, "We could not accept the signed request from this app.").WithCause(object)
	if object.Hint == nil {
		return onPage.WithHint(object.Description)
	}
	return onPage.WithHintFunc(object.Hint)
}
