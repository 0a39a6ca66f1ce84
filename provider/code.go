package provider

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"slices"

	"github.com/ory/fosite"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

// codeIssuer makes the authorization code: one new grant that keeps everything its redemption is
// bound to.
type codeIssuer struct{ t *tokenEndpoint }

var _ fosite.AuthorizeEndpointHandler = (*codeIssuer)(nil)

func (i *codeIssuer) HandleAuthorizeEndpointRequest(ctx context.Context, ar fosite.AuthorizeRequester, w fosite.AuthorizeResponder) error {
	session := ar.GetSession().(*tokenSession)
	code := storage.NewBearer(storage.CodePrefix)
	grant := i.t.newGrant(session, code)
	if err := i.t.grants.AddGrant(ctx, grant, session.spend); err != nil {
		return err
	}
	i.t.audit.RecordLater(ctx, audit.Event{Type: audit.GrantCreated, Outcome: audit.Success,
		UserID: grant.UserID, ClientID: grant.ClientID, Target: grant.ID})
	w.AddParameter("code", code)
	ar.SetResponseTypeHandled("code")
	return nil
}

func (t *tokenEndpoint) newGrant(s *tokenSession, code string) storage.Grant {
	v, browser := s.issuing, s.issuing.session
	seed := make([]byte, sha256.Size)
	_, _ = rand.Read(seed)
	id := storage.NewID(storage.GrantPrefix)
	expires := s.now.Add(t.codeTTL)
	return storage.Grant{
		ID:            id,
		ClientID:      v.ClientID,
		UserID:        browser.UserID,
		SessionID:     browser.ID,
		Offline:       slices.Contains(v.Scopes, "offline_access"),
		CreatedAt:     s.now,
		ExpiresAt:     s.now.Add(t.refreshAbsolute),
		IdleAt:        expires.Add(t.refreshIdle),
		CodeDigest:    storage.Digest(code),
		CodeExpiresAt: expires,
		Seed:          t.sealer.Seal(seedPurpose(id), seed),
		GrantDetails: storage.GrantDetails{
			Scopes:    v.Scopes,
			NoScope:   v.Form.Get("scope") == "",
			Resources: v.Resources,

			AuthorizationDetails: v.Details,

			RedirectURI: v.Form.Get("redirect_uri"),
			Challenge:   v.Form.Get("code_challenge"),
			Nonce:       v.Form.Get("nonce"),
			AuthTime:    browser.AuthTime,
			ACR:         browser.ACR,
			AMR:         browser.AMR,
			JKT:         v.Form.Get("dpop_jkt"),
			Named:       v.named,
		},
	}
}
