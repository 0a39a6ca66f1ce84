package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// In dev mode a refusal says what differs: what was sent, and what is registered. Nowhere else: it
// would tell strangers which clients there are and how they are set up. Nothing here decides anything;
// it runs after the decision, and only for the developer.

// telling adds what differs to a refusal, in dev mode only.
func (p *Provider) telling(err error, differs func() string) error {
	var refusal *Error
	if !p.Dev || !errors.As(err, &refusal) || refusal.Status >= http.StatusInternalServerError || refusal.Detail != "" {
		return err
	}
	told := *refusal
	told.Detail = differs()
	return &told
}

// noteDetail puts what differs into the record of the request. Programs get the standard's words and
// nothing else, in dev mode too: people read it on our page, or where the server runs.
func noteDetail(r *http.Request, e *Error) {
	if e.Detail != "" {
		web.Annotate(r.Context(), slog.String("differs", e.Detail))
	}
}

func (p *Provider) whyNoClient(ctx context.Context, id string, c storage.Client) string {
	switch {
	case id == "":
		return "the parameter client_id is missing"
	case c.ID == "" && strings.Contains(id, "://"):
		_, err := p.Clients.Client(ctx, id) // is still remembered
		return fmt.Sprintf("there is no client at %s: %v", id, err)
	case c.ID == "":
		return "no client has the id " + id + "; symbolon client list shows those there are"
	case !c.DisabledAt.IsZero():
		return "client " + id + " is switched off: " + command(c, "enable")
	}
	return ""
}

func whyNoRedirect(sent string, c storage.Client) string {
	if sent == "" {
		return "OpenID Connect requires redirect_uri to be sent; registered: " + strings.Join(c.RedirectURIs, " ")
	}
	if slices.Contains(c.RedirectURIs, sent) {
		return "redirect_uri: " + sent
	}
	return uriDiffers(sent, c.RedirectURIs) + "; to register others: " + update(c, "--redirect-uri")
}

// update is the command that changes what is registered. A flag that may be repeated names everything
// that is to be registered, not only what is new.
func update(c storage.Client, flag string) string { return command(c, "update") + " " + flag + " …" }

func command(c storage.Client, verb string) string {
	if c.Kind == storage.KindAgent {
		return "symbolon agent " + verb + " " + c.ID
	}
	return "symbolon client " + verb + " " + c.ID
}

func whyNoScope(sent string, c storage.Client) string {
	return wordsDiffer("scope", strings.Fields(sent), c.Scopes) + "; to register others: " + update(c, "--scope")
}

// whyRefused explains the refusal of an authorization request.
func whyRefused(v *validRequest, err error) string {
	sent := v.Form.Get
	switch name := asError(err).Name; {
	case name == "invalid_scope":
		return whyNoScope(sent("scope"), v.client)
	case name == "invalid_target":
		return whyNoResource(v.Form["resource"], v.client)
	case name == "invalid_authorization_details":
		return "types registered for this client: " + cmp.Or(strings.Join(v.client.DetailTypes, " "), "none") + "; to register others: " + update(v.client, "--authorization-details-type")
	case name == "unauthorized_client":
		return whyNoGrant("authorization_code", v.client)
	case name == "unsupported_response_type":
		return "requested response_type " + sent("response_type") + ", supported code"
	case name == "invalid_request" && sent("code_challenge") == "" && !v.client.PKCEOptional && !v.client.FAPI2():
		return "send code_challenge and code_challenge_method=S256; for an old client that cannot: " + command(v.client, "update") + " --require-pkce=false"
	case name == "invalid_request" && sent("code_challenge") != "" && sent("code_challenge_method") != "S256":
		return "requested code_challenge_method " + cmp.Or(sent("code_challenge_method"), "none (which means plain)") + ", supported S256"
	case name == "invalid_request" && mustPush(v.client) && sent("request_uri") == "":
		return "send it to the pushed_authorization_request_endpoint first, then only client_id and request_uri here"
	}
	return ""
}

// whyNoObject explains the refusal of a request object: its description says what is wrong in it, the
// cause why its signature is not believed.
func whyNoObject(err error) string {
	e := asError(err)
	if e.Cause == nil {
		return e.Description
	}
	return e.Description + " " + e.Cause.Error()
}

func whyNoResource(sent []string, c storage.Client) string {
	for _, resource := range sent {
		if _, err := matchResources([]string{resource}, c.Audiences); err != nil {
			return uriDiffers(resource, c.Audiences) + "; to register others: " + update(c, "--audience")
		}
	}
	return ""
}

func whyNoGrant(asked string, c storage.Client) string {
	return "requested " + asked + ", registered " + strings.Join(c.GrantTypes, " ") + "; to register others: " + update(c, "--grant-type")
}

// whyNoWayBack explains the refusal of a post_logout_redirect_uri.
func whyNoWayBack(q *signOut) string {
	if q.client.ID == "" {
		return "no client is named: send client_id, or an id_token_hint of ours; requested " + q.target
	}
	return uriDiffers(q.target, q.client.PostLogoutRedirectURIs) + "; to register others: " + update(q.client, "--post-logout-redirect-uri")
}
