package provider

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ory/fosite"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/details"
	"github.com/symbolon-id/symbolon/web"
)

// grantTypes are the grants we have, each in its own file.
var grantTypes = []string{"authorization_code", "client_credentials", "refresh_token", deviceGrantType}

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

// tokenEndpoint issues tokens for grants.
type tokenEndpoint struct {
	place
	auth    *authenticator
	proofs  *proofs
	tokens  *tokenMaker
	refresh *refreshTokens
	devices pendingDevices
	types   *details.Types
	grants  grantStore
	sealer  interface {
		Seal(purpose string, plaintext []byte) []byte
	}
	audit   grantRecorder
	metrics Metrics
	fosite  *fosite.Fosite
	now     func() time.Time

	accessTokenTTL, agentTTL, codeTTL          time.Duration
	refreshIdle, refreshAbsolute, refreshRetry time.Duration
}

// newTokenEndpoint returns t with its grants.
func newTokenEndpoint(t tokenEndpoint) *tokenEndpoint {
	t.fosite = t.newFosite()
	return &t
}

// token answers POST /token.
func (t *tokenEndpoint) token(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Pragma", "no-cache") // RFC 6749 section 5.1; OAuth 2.1 has dropped it, its clients' tests have not
	form, fault := readForm(r)
	if fault != nil {
		return fault
	}
	response, err := t.exchange(w, r, form)
	if err != nil {
		return err
	}
	return writeJSON(w, response)
}

func (t *tokenEndpoint) exchange(w http.ResponseWriter, r *http.Request, form params) (*tokenResponse, error) {
	grantType := form.Get("grant_type")
	if grantType == "" {
		return nil, refuse("invalid_request", "The parameter grant_type is missing.")
	}
	if !slices.Contains(grantTypes, grantType) {
		return nil, refuse("unsupported_grant_type", descriptions["unsupported_grant_type"]).withHintFunc(func() string {
			return "requested " + grantType + ", supported " + strings.Join(grantTypes, " ")
		})
	}
	proof, fault := t.proofs.readProof(w, r, "/token", "")
	if fault != nil {
		return nil, fault
	}
	ctx, session := r.Context(), &tokenSession{statement: statement{at: t.now()}, proof: proof}
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
	t.recordToken(ctx, grantType, audit.Event{Outcome: audit.Success, ClientID: c.ID})
	t.metrics.TokenIssued(grantType, c.SignedWith())
	web.Annotate(ctx, clientAttr(c.ID), grantAttr(grantType))
	idToken, _ := response.GetExtra("id_token").(string)
	return &tokenResponse{
		AccessToken:  response.GetAccessToken(),
		TokenType:    tokenType(session.confirms()),
		ExpiresIn:    int64(session.expires.Sub(session.at) / time.Second),
		Scope:        strings.Join(session.scopes, " "),
		RefreshToken: session.refresh,
		IDToken:      idToken,
		Details:      session.details,
	}, nil
}

// narrow is the scopes asked for, which must all be held (RFC 6749 section 6); with none asked for,
// all that are held.
func narrow(asked, held []string) ([]string, error) {
	if len(asked) == 0 {
		return held, nil
	}
	for _, scope := range asked {
		if !slices.Contains(held, scope) {
			return nil, refuse("invalid_scope", "A requested scope exceeds what was granted.").withHintFunc(func() string {
				return "requested " + strings.Join(asked, " ") + ", granted " + strings.Join(held, " ")
			})
		}
	}
	return asked, nil
}
