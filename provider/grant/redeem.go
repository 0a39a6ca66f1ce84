package grant

import (
	"context"
	"errors"
	"time"

	"github.com/ory/fosite"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/provider/permitted"
	"github.com/symbolon-id/symbolon/provider/token"
	"github.com/symbolon-id/symbolon/storage"
)

// settle decides what a person's grant gives to one request, and writes it into the session: what the
// client may still have of what was granted, or the part of it that was asked for. That the request comes
// from the holder of bound, the key or certificate of the code or refresh token, is found out last.
func (t *Issuer) settle(ctx context.Context, r fosite.AccessRequester, state storage.GrantState, scopes []string, bound string) (err error) {
	c, s, form := r.GetClient().(*client), r.GetSession().(*tokenSession), r.GetRequestForm()
	if err := permitted.Restrict(t.Place, t.Types, &state.Grant, c.Client); err != nil {
		return err
	}
	if s.Scopes, err = narrow(scopes, state.Scopes); err != nil {
		return err
	}
	if s.Audience, err = permitted.Audience(t.Place, state.Grant, c.Client, s.Scopes, form["resource"]); err != nil {
		return err
	}
	if s.Details, err = permitted.NarrowDetails(t.Types, form, state.AuthorizationDetails, c.Client); err != nil {
		return err
	}
	s.Grant, s.User, s.Expires = state.Grant, state.User, s.At.Add(c.lifespan)
	s.Holder, err = t.Proofs.Prove(ctx, s.proof, c.Client, bound)
	return err
}

// redeem exchanges the code of a grant, or that of a device, for its first tokens. Everything the code is
// bound to is checked before it is spent.
func (t *Issuer) redeem(ctx context.Context, r fosite.AccessRequester, state storage.GrantState) error {
	c, s := r.GetClient().(*client), r.GetSession().(*tokenSession)
	seed, err := t.firstSeed(ctx, c, state.Grant)
	if err != nil {
		return err
	}
	if err := t.settle(ctx, r, state, nil, state.JKT); err != nil {
		return err
	}
	if err := t.spend(ctx, state, s.At); err != nil {
		return err
	}
	if seed != nil {
		s.refresh = token.RefreshToken(seed, state.ID, 1, refreshHolder(c.Client, s.Holder))
	}
	return nil
}

// spend uses the code up. A second presentation by its own client is a replay: whatever was issued
// from the code dies (RFC 9700 section 2.1.1).
func (t *Issuer) spend(ctx context.Context, state storage.GrantState, now time.Time) error {
	if state.CodeSpentAt.IsZero() {
		err := t.Grants.SpendCode(ctx, state.ID, now, now.Add(t.RefreshIdle))
		if err == nil || !errors.Is(err, storage.ErrSpent) {
			return err
		}
		if state, err = t.Grants.Grant(ctx, state.ID); err != nil {
			return removed(err)
		}
	}
	if state.CodeSpentAt.IsZero() {
		return t.codeOver(state) // expired, or its grant is dead
	}
	return t.endFamily(ctx, state.Grant, audit.CodeReplayed, t.replayed(state.CodeSpentAt))
}

func (t *Issuer) replayed(spentAt time.Time) *oauth.Error {
	return oauth.InvalidGrant().WithHintFunc(func() string {
		return "the code was redeemed before, " + t.since(spentAt) + " ago; what was issued from it has ended"
	})
}

func (t *Issuer) codeOver(state storage.GrantState) *oauth.Error {
	return oauth.InvalidGrant().WithHintFunc(func() string {
		if !t.Clock.Now().Before(state.CodeExpiresAt) {
			return "the code expired " + t.since(state.CodeExpiresAt) + " ago: it is good for " + t.CodeTTL.String()
		}
		return dead(state)
	})
}
