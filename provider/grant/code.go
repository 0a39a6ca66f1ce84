package grant

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
	"github.com/symbolon-id/symbolon/provider/token"
	"github.com/symbolon-id/symbolon/storage"
)

// Authorization is what a user has allowed a client, before it is a grant.
type Authorization struct {
	ClientID, UserID, SessionID string

	Details storage.GrantDetails
	Spend   storage.Spent // the request that it answers
}

// Checked is an authorization request that fosite has found valid.
type Checked struct{ request fosite.AuthorizeRequester }

// Check validates an authorization request by fosite's rules, after ours: what we have settled, and a
// state, which fosite insists on although PKCE protects the client and RFC 6749 makes it optional.
func (t *Issuer) Check(ctx context.Context, c storage.Client, redirectURI, responseType string, scopes []string) (Checked, error) {
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
		return Checked{}, fromFosite(err)
	}
	for _, scope := range scopes {
		request.GrantScope(scope)
	}
	return Checked{request}, nil
}

// Code issues the authorization code for a checked request (RFC 6749 section 4.1.2). Of any number of
// calls for one request one succeeds, the others get storage.ErrSpent; storage.ErrNotFound says that the
// user or the client no longer exists.
func (t *Issuer) Code(ctx context.Context, c Checked, a Authorization) (string, error) {
	response, err := t.fosite.NewAuthorizeResponse(ctx, c.request, &codeSession{a})
	if err != nil {
		return "", fromFosite(err)
	}
	return response.GetCode(), nil
}

// codeIssuer makes the authorization code: one new grant that keeps everything its redemption is
// bound to.
type codeIssuer struct{ t *Issuer }

var _ fosite.AuthorizeEndpointHandler = (*codeIssuer)(nil)

// HandleAuthorizeEndpointRequest adds the grant and puts its code into the response.
func (i *codeIssuer) HandleAuthorizeEndpointRequest(ctx context.Context, ar fosite.AuthorizeRequester, w fosite.AuthorizeResponder) error {
	a, code := ar.GetSession().(*codeSession).Authorization, storage.NewBearer(storage.CodePrefix)
	id, err := i.t.Allow(ctx, a, storage.Digest(code), i.t.Clock.Now().Add(i.t.CodeTTL))
	if err != nil {
		return err
	}
	i.t.Audit.RecordLater(ctx, audit.Event{Type: audit.GrantCreated, Outcome: audit.Success,
		UserID: a.UserID, ClientID: a.ClientID, Target: id})
	w.AddParameter("code", code)
	ar.SetResponseTypeHandled("code")
	return nil
}

// Allow makes the grant that a client finds by its code until then, and returns its id. Its errors are
// those of code, and storage.ErrExists when there is a grant with this code.
func (t *Issuer) Allow(ctx context.Context, a Authorization, code []byte, until time.Time) (id string, err error) {
	seed := make([]byte, sha256.Size)
	_, _ = rand.Read(seed)
	id, now := storage.NewID(storage.GrantPrefix), t.Clock.Now()
	return id, t.Grants.AddGrant(ctx, storage.Grant{
		ID:            id,
		ClientID:      a.ClientID,
		UserID:        a.UserID,
		SessionID:     a.SessionID,
		Offline:       slices.Contains(a.Details.Scopes, "offline_access"),
		CreatedAt:     now,
		ExpiresAt:     now.Add(t.RefreshAbsolute),
		IdleAt:        until.Add(t.RefreshIdle),
		CodeDigest:    code,
		CodeExpiresAt: until,
		Seed:          t.Sealer.Seal(token.SeedPurpose(id), seed),
		GrantDetails:  a.Details,
	}, a.Spend)
}
