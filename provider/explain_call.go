package provider

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// explain adds to the refusal of a call (/token, /par, /device_authorization, /introspect, /revoke)
// what differs, in dev mode only. It looks everything up again: the decision itself stays as short as
// it is.
func (p *Provider) explain(r *http.Request, form params, err error) error {
	return p.telling(err, func() string {
		sent, fault := readCredentials(r, form)
		if fault != nil {
			return whyUnreadable(r, form, fault)
		}
		c, failed := p.lookUp(r.Context(), sent.id)
		if failed != nil {
			return ""
		}
		switch asError(err).Name {
		case "invalid_client":
			return p.whyNotAuthenticated(r.Context(), sent, c)
		case "invalid_grant":
			return p.whyNoTokens(r.Context(), form, c)
		case "unauthorized_client":
			return whyNoGrant(form.Get("grant_type"), c)
		case "unsupported_grant_type":
			return "requested " + form.Get("grant_type") + ", supported " + strings.Join(grantTypes, " ")
		case "invalid_scope":
			return whyNoScope(form.Get("scope"), c)
		case "invalid_target":
			return whyNoResource(form["resource"], c)
		case "invalid_request_object":
			return whyNoObject(err)
		}
		return ""
	})
}

// whyUnreadable: nobody can tell who this is said to be.
func whyUnreadable(r *http.Request, form params, fault *Error) string {
	switch {
	case fault.Name == "invalid_request":
		return "of an Authorization header, client_secret and client_assertion send one alone, and no client_id but its own"
	case form.Get("client_assertion") != "":
		return "the client_assertion is no JWT of the client_id that is sent, or client_assertion_type is not " + assertionType
	case r.Header.Get("Authorization") != "":
		return "the Authorization header is not Basic with id and secret, each form-encoded, then base64"
	}
	return "neither client_id, nor an Authorization header, nor a client_assertion was sent"
}

func (p *Provider) whyNotAuthenticated(ctx context.Context, sent credentials, c storage.Client) string {
	if sent.assertion != "" && sent.id == "" {
		return "the client_assertion names no client: its iss and sub must be the client_id"
	}
	if why := p.whyNoClient(ctx, sent.id, c); why != "" {
		return why
	}
	switch {
	case c.AuthMethod == storage.AuthPrivateKeyJWT && sent.assertion == "":
		return "the client is registered for private_key_jwt and sent no client_assertion"
	case sent.assertion != "" && c.AuthMethod != storage.AuthPrivateKeyJWT:
		return "a client_assertion was sent, and the client is registered for " + wayOf(c)
	case sent.assertion != "":
		return p.whyNoAssertion(ctx, sent, c)
	case c.Public:
		return "the client is public: it has no secret, and must send none"
	case sent.secret == "":
		return "no secret was sent, and the client has one: it belongs into an Authorization header, as Basic, or into the body, as client_secret"
	}
	return "the secret is none of the client's live ones; for another: " + command(c, "secret add")
}

func wayOf(c storage.Client) string {
	if c.Public {
		return "none: it is public"
	}
	return "a secret"
}

func (p *Provider) whyNoAssertion(ctx context.Context, sent credentials, c storage.Client) string {
	if _, err := p.openAssertion(ctx, c, sent.assertion); err != nil {
		return "client_assertion: " + err.Error() + "; aud must be " + p.Issuer + " alone, and exp at most five minutes ahead of our clock, which says " + strconv.FormatInt(p.Now().Unix(), 10)
	}
	return "client_assertion: its jti was used before"
}

// whyNoTokens explains invalid_grant.
func (p *Provider) whyNoTokens(ctx context.Context, form params, c storage.Client) string {
	switch form.Get("grant_type") {
	case "authorization_code":
		state, err := p.Grants.GrantByCode(ctx, storage.Digest(form.Get("code")))
		if err != nil {
			return "no such code: it was not issued here, or so long ago that it is forgotten"
		}
		return p.whyNoCode(state, form, c)
	case "refresh_token":
		presented, err := p.openRefresh(ctx, form.Get("refresh_token"))
		if err != nil {
			return "this is not a refresh token of ours, byte for byte, or its grant is forgotten"
		}
		return p.whyNoRefresh(presented, c)
	}
	return ""
}

func (p *Provider) whyNoCode(state storage.GrantState, form params, c storage.Client) string {
	uri, verifier := form.Get("redirect_uri"), form.Get("code_verifier")
	switch {
	case state.ClientID != c.ID:
		return "the code was issued to client " + state.ClientID + ", not to " + c.ID
	case uri != state.RedirectURI && uri != "":
		return uriDiffers(uri, []string{state.RedirectURI})
	case state.Challenge == "" && verifier != "":
		return "a code_verifier was sent, and the authorization request had no code_challenge"
	case state.Challenge != "" && verifier == "":
		return "the parameter code_verifier is missing: the authorization request had a code_challenge"
	case state.Challenge != "" && (len(verifier) < 43 || len(verifier) > 128 || !unreserved(verifier)):
		return "the code_verifier must be 43 to 128 characters of A-Z a-z 0-9 - . _ ~"
	case state.Challenge != "" && !verifies(verifier, state.Challenge):
		return "SHA-256 of the code_verifier, in base64url without padding, is not the code_challenge " + state.Challenge
	case !state.CodeSpentAt.IsZero():
		return "the code was redeemed before, " + p.since(state.CodeSpentAt) + " ago; what was issued from it has ended"
	case !p.Now().Before(state.CodeExpiresAt):
		return "the code expired " + p.since(state.CodeExpiresAt) + " ago: it is good for " + p.CodeTTL.String()
	}
	return p.whyDead(state, c)
}

func (p *Provider) whyNoRefresh(t openedRefresh, c storage.Client) string {
	switch {
	case t.ClientID != c.ID:
		return "the refresh token was issued to client " + t.ClientID + ", not to " + c.ID
	case t.Alive && expired(t.Grant, p.Now()):
		return "the refresh token has expired: it was not used for too long, or its grant is too old"
	case t.generation < t.Generation:
		return "the refresh token was used before: keep the new one that each refresh gives; its grant has ended"
	}
	return p.whyDead(t.GrantState, c)
}

func (p *Provider) whyDead(state storage.GrantState, c storage.Client) string {
	granted := strings.Join(append(slices.Clone(state.Scopes), state.Resources...), " ")
	switch {
	case !state.RevokedAt.IsZero():
		return "the grant was revoked: " + state.RevokedWhy
	case !state.Alive:
		return "the person or the client is switched off, or has signed out and offline_access was not granted"
	case p.trim(&state.Grant, &client{Client: c}) != nil:
		return "the client may no longer have what was granted (" + granted + "): symbolon client show " + c.ID
	}
	return ""
}

func (p *Provider) since(t time.Time) string { return p.Now().Sub(t).Round(time.Second).String() }
