package provider

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

// identify finds the client and the redirect URI. Until both are certain, nothing is ever sent
// anywhere but to our own error page (RFC 9700 section 4.11).
func (e *authorizeEndpoint) identify(ctx context.Context, v *validRequest) error {
	c, err := v.client, error(nil)
	switch {
	case v.parked:
		c, err = e.pendingClient(ctx, v.Request)
	case !v.pushing:
		c, err = e.auth.lookUp(ctx, v.Form.Get("client_id"))
	}
	if err != nil {
		return err
	}
	if c.ID == "" || !c.DisabledAt.IsZero() {
		return e.auth.unknownClient(ctx, v.Form.Get("client_id"), c)
	}
	if err := e.open(ctx, v, c); err != nil {
		return err
	}
	uri, refusal := matchRedirect(c, v.Form.Get("redirect_uri"), slices.Contains(strings.Fields(v.Form.Get("scope")), "openid"))
	if refusal != nil {
		e.audit.RecordLater(ctx, audit.Event{Type: audit.GrantCreated, Outcome: audit.Refused, Reason: "redirect_uri", ClientID: c.ID})
		return unknownRedirect(refusal, v.Form.Get("redirect_uri"), c)
	}
	v.client, v.RedirectURI = c, uri
	v.ClientID, v.ClientName, v.FirstParty, v.Approved, v.Links = c.ID, c.Name, c.FirstParty, c.Approved, c.ClientLinks
	v.reply.uri, v.reply.state, v.reply.mode = uri, v.Form.Get("state"), deliverable(c, v.Form.Get("response_mode"))
	return nil
}

func unknownRedirect(refusal *Error, sent string, c storage.Client) *Error {
	refusal = refusal.saying("The app asked to send you to an address that is not registered for it. Contact its developer.")
	return refusal.page().backTo(c).withHintFunc(func() string {
		switch {
		case sent == "":
			return "OpenID Connect requires redirect_uri to be sent; registered: " + strings.Join(c.RedirectURIs, " ")
		case slices.Contains(c.RedirectURIs, sent):
			return "redirect_uri: " + sent
		}
		return uriDiffers(sent, c.RedirectURIs) + toRegister(c, "--redirect-uri")
	})
}

// open replaces the request by the request object in it. When that is refused, where to say so can only
// be what came along with it: a redirect URI that is sent, and registered.
func (e *authorizeEndpoint) open(ctx context.Context, v *validRequest, c storage.Client) error {
	err := e.objects.unwrap(ctx, v, c)
	refusal, refused := errors.AsType[*Error](err)
	switch {
	case !refused || v.pushing:
		return err
	case v.Form.Get("redirect_uri") == "":
		return unacceptable(refusal).backTo(c)
	}
	v.object = refusal
	return nil
}

func unacceptable(object *Error) *Error {
	onPage := turnAway(object.Name, "We could not accept the signed request from this app.").because(object)
	if object.hint == nil {
		return onPage.withHint(object.Description)
	}
	return onPage.withHintFunc(object.hint)
}
