package grant

import (
	"context"
	"errors"

	"github.com/ory/fosite"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/provider/oauth"
)

// recordToken counts what was asked for by a grant: to write down each token would make the hot paths write.
func (t *Issuer) recordToken(ctx context.Context, grantType string, e audit.Event) {
	e.Type, e.Method = audit.TokenIssued, grantType
	if grantType == "refresh_token" {
		e.Type = audit.TokenRefreshed
	}
	t.Audit.RecordLater(ctx, e)
}

// recordRefusal counts what proves nothing: an invalid, spent or foreign code or refresh token. Who fails to
// authenticate has an event of its own.
func (t *Issuer) recordRefusal(ctx context.Context, grantType string, request fosite.AccessRequester, err error) {
	refusal, ok := errors.AsType[*oauth.Error](err)
	if !ok || refusal.Name != "invalid_grant" {
		return
	}
	e := audit.Event{Outcome: audit.Refused, Reason: refusal.Name}
	if c, ok := request.GetClient().(*client); ok {
		e.ClientID, e.CredentialID = c.ID, c.credentialID
	}
	t.recordToken(ctx, grantType, e)
}
