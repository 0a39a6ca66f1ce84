package device

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/provider/grant"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// Decide answers POST /device/{handle}, by the session that was shown the page and no other
// (CVE-2026-45337).
func (f *Flow) Decide(w http.ResponseWriter, r *http.Request) error {
	form, fault := oauth.ReadAuthorize(r)
	if fault != nil {
		return fault
	}
	q, d, s, due, err := f.openDevice(r)
	if err != nil {
		return err
	}
	if due != "" {
		return web.Redirect(w, due)
	}
	if q.ShownTo != s.ID {
		e := oauth.RefuseUser("access_denied", "This question was for a different account. Go back and check.")
		e.Status = http.StatusForbidden
		return e
	}
	allowed := form.Get("decision") == "allow"
	if allowed {
		err = f.allowDevice(r.Context(), d, s)
	} else {
		err = f.deny(r.Context(), d)
	}
	switch {
	case errors.Is(err, storage.ErrSpent), errors.Is(err, storage.ErrExists): // ErrExists: the grant of this code
		return oauth.RefuseUser("expired_request", "This was already answered.")
	case errors.Is(err, storage.ErrNotFound):
		return oauth.RefuseUser("access_denied", "This account or app was just turned off.")
	case err != nil:
		return err
	}
	_ = f.Requests.Close(r.Context(), q.Handle)
	f.Devices.forget(r.Context(), d, allowed)
	f.recordDevice(r.Context(), d, s, allowed)
	if allowed && f.Connected != nil {
		f.Connected(r.Context(), s, q.ClientName, d.Scopes)
	}
	return f.Pages.Render(w, http.StatusOK, templates.Device{Client: q.ClientName, Done: true, Allowed: allowed})
}

// allowDevice makes the grant that the device will find by its code.
func (f *Flow) allowDevice(ctx context.Context, d device, s *session.Session) error {
	_, err := f.Grant.Allow(ctx, grant.Authorization{
		ClientID: d.ClientID, UserID: s.UserID, SessionID: s.ID, Spend: f.answerDevice(d),
		Details: storage.GrantDetails{
			Scopes: d.Scopes, NoScope: d.NoScope, Resources: d.Resources, AuthorizationDetails: d.Details, JKT: d.JKT,
			AuthTime: s.AuthTime, ACR: s.ACR, AMR: s.AMR,
		},
	}, d.Digest, d.ExpiresAt.Add(time.Minute)) // an answer of the last second counts
	return err
}

// forget removes what could be typed again. That it can be answered only once does not
// depend on it. Of what was denied the device has yet to learn.
func (s *Store) forget(ctx context.Context, d device, allowed bool) {
	_, _ = s.Ephemeral.Take(ctx, userCodeKey(d.UserCode))
	if allowed {
		_, _ = s.kept().Take(ctx, deviceKey(d.Digest))
	}
}

func (f *Flow) recordDevice(ctx context.Context, d device, s *session.Session, allowed bool) {
	kind := audit.ConsentDenied
	if allowed {
		kind = audit.ConsentGiven
	}
	_ = f.Audit.Record(ctx, audit.Event{Type: kind, Outcome: audit.Success, UserID: s.UserID, ClientID: d.ClientID,
		Method: "device", IP: web.ClientIP(ctx).String(), TraceID: web.TraceID(ctx)})
}

// answerDevice spends the one answer there is.
func (f *Flow) answerDevice(d device) storage.Spent {
	return storage.Spent{Kind: "device", Value: d.ID, Until: d.ExpiresAt.Add(time.Hour)}
}

// deny makes a pending authorization end in access_denied, unless it was answered already.
func (f *Flow) deny(ctx context.Context, d device) error {
	if err := f.Clients.Spend(ctx, f.answerDevice(d)); err != nil {
		return err
	}
	d.Denied = true
	if err := f.Devices.update(ctx, d); err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	return nil
}
