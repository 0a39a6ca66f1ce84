package provider

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ory/fosite"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

// authorization is what a user has allowed a client, before it is a grant.
type authorization struct {
	clientID, userID, sessionID string

	details storage.GrantDetails
	spend   storage.Spent // the request that it answers
}

// checked is an authorization request that fosite has found valid.
type checked struct{ request fosite.AuthorizeRequester }

// check validates an authorization request by fosite's rules, after ours: what we have settled, and a
// state, which fosite insists on although PKCE protects the client and RFC 6749 makes it optional.
func (t *tokenEndpoint) check(ctx context.Context, c storage.Client, redirectURI, responseType string, scopes []string) (checked, error) {
	ctx = context.WithValue(ctx, clientKey{}, &client{Client: c, redirectURI: redirectURI})
	form := url.Values{
		"client_id":     {c.ID},
		"redirect_uri":  {redirectURI},
		"response_type": {responseType},
		"scope":         {strings.Join(scopes, " ")},
		"state":         {"-"},
	}
	request, err := t.fosite.NewAuthorizeRequest(ctx,
		&http.Request{Method: http.MethodGet, Header: http.Header{}, Form: form, PostForm: form, URL: &url.URL{}})
	if err != nil {
		return checked{}, fromFosite(err)
	}
	for _, scope := range scopes {
		request.GrantScope(scope)
	}
	return checked{request}, nil
}

// code issues the authorization code for a checked request (RFC 6749 section 4.1.2). Of any number of
// calls for one request one succeeds, the others get storage.ErrSpent; storage.ErrNotFound says that the
// user or the client is gone.
func (t *tokenEndpoint) code(ctx context.Context, c checked, a authorization) (string, error) {
	response, err := t.fosite.NewAuthorizeResponse(ctx, c.request, &codeSession{a})
	if err != nil {
		return "", fromFosite(err)
	}
	return response.GetCode(), nil
}

// codeIssuer makes the authorization code: one new grant that keeps everything its redemption is
// bound to.
type codeIssuer struct{ t *tokenEndpoint }

var _ fosite.AuthorizeEndpointHandler = (*codeIssuer)(nil)

// HandleAuthorizeEndpointRequest adds the grant and puts its code into the response.
func (i *codeIssuer) HandleAuthorizeEndpointRequest(ctx context.Context, ar fosite.AuthorizeRequester, w fosite.AuthorizeResponder) error {
	a, code := ar.GetSession().(*codeSession).authorization, storage.NewBearer(storage.CodePrefix)
	id, err := i.t.allow(ctx, a, storage.Digest(code), i.t.now().Add(i.t.codeTTL))
	if err != nil {
		return err
	}
	i.t.audit.RecordLater(ctx, audit.Event{Type: audit.GrantCreated, Outcome: audit.Success,
		UserID: a.userID, ClientID: a.clientID, Target: id})
	w.AddParameter("code", code)
	ar.SetResponseTypeHandled("code")
	return nil
}

// allow makes the grant that a client finds by its code until then, and returns its id. Its errors are
// those of code, and storage.ErrExists when there is a grant with this code.
func (t *tokenEndpoint) allow(ctx context.Context, a authorization, code []byte, until time.Time) (id string, err error) {
	seed := make([]byte, sha256.Size)
	_, _ = rand.Read(seed)
	id, now := storage.NewID(storage.GrantPrefix), t.now()
	return id, t.grants.AddGrant(ctx, storage.Grant{
		ID:            id,
		ClientID:      a.clientID,
		UserID:        a.userID,
		SessionID:     a.sessionID,
		Offline:       slices.Contains(a.details.Scopes, "offline_access"),
		CreatedAt:     now,
		ExpiresAt:     now.Add(t.refreshAbsolute),
		IdleAt:        until.Add(t.refreshIdle),
		CodeDigest:    code,
		CodeExpiresAt: until,
		Seed:          t.sealer.Seal(seedPurpose(id), seed),
		GrantDetails:  a.details,
	}, a.spend)
}
