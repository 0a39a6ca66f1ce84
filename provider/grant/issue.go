package grant

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ory/fosite"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// populate signs the tokens: an ID token is only for a person's grant.
func (t *Issuer) populate(ctx context.Context, r fosite.AccessRequester, w fosite.AccessResponder) error {
	c, s := r.GetClient().(*client).Client, &r.GetSession().(*tokenSession).Statement
	token, err := t.Tokens.AccessToken(ctx, c, s)
	if err != nil {
		return err
	}
	w.SetAccessToken(token)
	w.SetTokenType(oauth.TokenType(s.Confirms()))
	if s.Grant.ID == "" || !slices.Contains(s.Scopes, "openid") {
		return nil
	}
	idToken, err := t.Tokens.IDToken(ctx, c, s, token)
	if err != nil {
		return err
	}
	w.SetExtra("id_token", idToken)
	return nil
}

func (t *Issuer) since(past time.Time) string {
	return t.Clock.Now().Sub(past).Round(time.Second).String()
}

// dead explains to developers why a grant is over.
func dead(state storage.GrantState) string {
	if !state.RevokedAt.IsZero() {
		return "the grant was revoked: " + state.RevokedWhy
	}
	return "the person or the client is switched off, or has signed out and offline_access was not granted"
}

// endFamily revokes a grant whose code or refresh token was presented twice, and returns the refusal.
func (t *Issuer) endFamily(ctx context.Context, grant storage.Grant, why string, refusal *oauth.Error) error {
	if err := t.Grants.RevokeGrant(ctx, grant.ID, t.Clock.Now(), why); err != nil {
		return removed(err)
	}
	err := t.Audit.Record(ctx, audit.Event{Type: why, Outcome: audit.Refused, Reason: "presented twice",
		UserID: grant.UserID, ClientID: grant.ClientID, Target: grant.ID, TraceID: web.TraceID(ctx)})
	if err != nil {
		return err
	}
	return refusal
}

// removed answers for a grant that has just been removed; an outage stays one.
func removed(err error) error {
	if errors.Is(err, storage.ErrNotFound) {
		return oauth.InvalidGrant().WithHint("the grant is forgotten, or what its refresh tokens are made from")
	}
	return err
}
