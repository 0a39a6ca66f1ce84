package grant

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ory/fosite"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/details"
	"github.com/symbolon-id/symbolon/provider/clientauth"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/provider/token"
	"github.com/symbolon-id/symbolon/web"
)

// tokenResponse is RFC 6749 section 5.1.
type tokenResponse struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"` // seconds
	Scope        string `json:"scope"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`

	Details json.RawMessage `json:"authorization_details,omitempty"` // RFC 9396 section 7
}

// Issuer issues tokens for grants.
type Issuer struct {
	oauth.Place
	Auth    *clientauth.Authenticator
	Proofs  *clientauth.Proofs
	Tokens  *token.Maker
	Refresh *token.RefreshTokens
	Devices PendingDevices
	Types   *details.Types
	Grants  Store
	Sealer  interface {
		Seal(purpose string, plaintext []byte) []byte
	}
	Audit   Recorder
	Metrics Metrics
	fosite  *fosite.Fosite
	Clock   clock.Clock

	AccessTokenTTL, AgentTTL, CodeTTL          time.Duration
	RefreshIdle, RefreshAbsolute, RefreshRetry time.Duration
}

// New returns t with its grants.
func New(t Issuer) *Issuer {
	t.fosite = t.newFosite()
	return &t
}

// Token answers POST /token.
func (t *Issuer) Token(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Pragma", "no-cache") // RFC 6749 section 5.1; OAuth 2.1 has dropped it, its clients' tests have not
	form, fault := oauth.ReadForm(r)
	if fault != nil {
		return fault
	}
	response, err := t.exchange(w, r, form)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, response)
}

func (t *Issuer) exchange(w http.ResponseWriter, r *http.Request, form oauth.Params) (*tokenResponse, error) {
	grantType := form.Get("grant_type")
	if grantType == "" {
		return nil, oauth.Refuse("invalid_request", "The parameter grant_type is missing.")
	}
	if !isGrant(grantType) {
		return nil, oauth.Refuse("unsupported_grant_type", oauth.Descriptions["unsupported_grant_type"]).WithHintFunc(func() string {
			return "requested " + grantType + ", supported " + strings.Join(Types(), " ")
		})
	}
	proof, fault := t.Proofs.ReadProof(w, r, "/token", "")
	if fault != nil {
		return nil, fault
	}
	ctx, session := r.Context(), &tokenSession{Statement: token.Statement{At: t.Clock.Now()}, proof: proof}
	request, err := t.fosite.NewAccessRequest(ctx, r, session)
	if err != nil {
		t.recordRefusal(ctx, grantType, request, err)
		return nil, fromFosite(err)
	}
	response, err := t.fosite.NewAccessResponse(ctx, request)
	if err != nil {
		return nil, fromFosite(err)
	}
	c := request.GetClient().(*client)
	scope := strings.Join(session.Scopes, " ")
	t.recordToken(ctx, grantType, audit.Event{Outcome: audit.Success, ClientID: c.ID, UserID: session.User.ID,
		Resource: strings.Join(session.Audience, " "), Scopes: scope, CredentialID: c.credentialID})
	t.Metrics.TokenIssued(grantType, c.SignedWith())
	web.Annotate(ctx, oauth.ClientAttr(c.ID), oauth.GrantTypeAttr(grantType))
	idToken, _ := response.GetExtra("id_token").(string)
	return &tokenResponse{
		AccessToken:  response.GetAccessToken(),
		TokenType:    oauth.TokenType(session.Confirms()),
		ExpiresIn:    int64(session.Expires.Sub(session.At) / time.Second),
		Scope:        scope,
		RefreshToken: session.refresh,
		IDToken:      idToken,
		Details:      session.Details,
	}, nil
}

// narrow returns the scopes asked for, which must all be held (RFC 6749 section 6); with none asked for,
// all that are held.
func narrow(asked, held []string) ([]string, error) {
	if len(asked) == 0 {
		return held, nil
	}
	for _, scope := range asked {
		if !slices.Contains(held, scope) {
			return nil, oauth.Refuse("invalid_scope", "A requested scope exceeds what was granted.").WithHintFunc(func() string {
				return "requested " + strings.Join(asked, " ") + ", granted " + strings.Join(held, " ")
			})
		}
	}
	return asked, nil
}
