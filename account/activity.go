package account

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

const activityRows = 30 // shown at once

// activityPage shows what happened in the account.
type activityPage struct {
	*frame
	store interface {
		// Events returns the newest f.Limit events that match, newest first.
		Events(ctx context.Context, f audit.Filter) ([]audit.Event, error)
		ClientNames(ctx context.Context, ids []string) (map[string]string, error)
		UserSessions(ctx context.Context, userID string) ([]storage.Session, error)
	}
}

func (a *activityPage) mount(mux *web.Mux) {
	mux.Page("GET /account/activity", a.known(a.show))
	mux.Page("POST /account/activity/not-me", a.known(a.disown))
}

// show says what happened, in plain words.
func (a *activityPage) show(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	events, err := a.store.Events(r.Context(), audit.Filter{
		UserID: s.UserID, Types: shownTypes(), Before: eventID(r.URL.Query().Get("before")), Limit: activityRows + 1,
	})
	if err != nil {
		return err
	}
	p := templates.Activity{Frame: a.head(r, s), NotMe: a.Path("/account/activity/not-me")}
	if len(events) > activityRows {
		events = events[:activityRows]
		p.Older = a.Path("/account/activity?before=" + url.QueryEscape(events[activityRows-1].ID))
	}
	t, err := a.narrator(r.Context(), s, events)
	if err != nil {
		return err
	}
	for _, e := range events {
		if shown, ok := t.event(e); ok {
			p.Events = append(p.Events, shown)
		}
	}
	return a.pages.Render(w, http.StatusOK, p)
}

// narrator knows what events only name.
type narrator struct {
	own      string            // id of the session that reads
	apps     map[string]string // id of a client → its name
	browsers map[string]string // id of a live session → its browser
}

func (a *activityPage) narrator(ctx context.Context, s *session.Session, events []audit.Event) (t narrator, err error) {
	t = narrator{own: s.ID, browsers: map[string]string{}}
	if t.apps, err = a.store.ClientNames(ctx, clientsOf(events)); err != nil {
		return t, err
	}
	sessions, err := a.store.UserSessions(ctx, s.UserID)
	for _, one := range sessions {
		t.browsers[one.ID] = one.UserAgent
	}
	return t, err
}

func clientsOf(events []audit.Event) (ids []string) {
	for _, e := range events {
		if e.ClientID != "" {
			ids = append(ids, e.ClientID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// event returns false for what happens all the time and is no news to the person.
func (t narrator) event(e audit.Event) (templates.ActivityEvent, bool) {
	said := t.sentence(e)
	return templates.ActivityEvent{
		ID: e.ID, At: e.At, Sentence: said, Browser: t.browsers[e.Target], Network: networkOf(e.IP),
		Refused: e.Outcome == audit.Refused, Ours: t.ours(e),
	}, said != ""
}

// ours reports whether the operator did it, or the one who is looking.
func (t narrator) ours(e audit.Event) bool {
	switch e.Type {
	case audit.UserCreated, audit.UserDisabled, audit.UserEnabled, audit.RecoveryLinkMade, audit.RecoveryLinkVoided, audit.Disowned:
		return true
	}
	return e.ByOperator() || (e.Type == audit.SignIn && e.Target == t.own)
}

// networkOf shows no more of an address than the sessions page does.
func networkOf(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return ""
	}
	return web.Network(addr)
}

// eventID is id, or "" when it cannot be one: not every byte may be asked a database for.
func eventID(id string) string {
	plain := func(c rune) bool {
		return c == '_' || c == '-' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9'
	}
	if len(id) > 64 || strings.ContainsFunc(id, func(c rune) bool { return !plain(c) }) {
		return ""
	}
	return id
}

// ownEvent finds an event among the person's own.
func (a *activityPage) ownEvent(ctx context.Context, s *session.Session, id string) (audit.Event, error) {
	if id = eventID(id); id == "" {
		return audit.Event{}, fmt.Errorf("find event: %w", storage.ErrNotFound)
	}
	events, err := a.store.Events(ctx, audit.Filter{ID: id, UserID: s.UserID, Limit: 1})
	if err != nil {
		return audit.Event{}, err
	}
	if len(events) == 1 {
		return events[0], nil
	}
	return audit.Event{}, fmt.Errorf("find event: %w", storage.ErrNotFound)
}

// disown takes "this wasn't me": it signs out everywhere else, and leads the person to where they
// can undo it. It takes no fresh sign-in, because it gives no access to anything.
func (a *activityPage) disown(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	e, err := a.ownEvent(r.Context(), s, posted(r, "event"))
	if err != nil {
		return err
	}
	if err := a.endOtherSessions(r, s); err != nil {
		return err
	}
	if err := a.did(r, s, audit.Event{Type: audit.Disowned, Target: e.ID}); err != nil {
		return err
	}
	message, text, path := nextStep(e)
	return a.pages.Render(w, http.StatusOK, templates.Done{
		Title: "All other browsers were signed out", Message: message,
		WayText: text, WayURL: a.Path(path),
	})
}

// nextStep returns what to look at after another person did something.
func nextStep(e audit.Event) (message, text i18n.Text, path string) {
	switch e.Type {
	case audit.ConsentGiven, audit.RefreshReused, audit.CodeReplayed:
		return "Now remove access for any app or agent you don’t recognize.", "Review apps and agents", pathTo("connections")
	case audit.FactorAdded, audit.FactorRenamed:
		if e.Method == appMethod {
			return "Now remove the authenticator app and set up your own.", "Go to authenticator app", pathTo("app")
		}
		return "Now remove any passkey you don’t recognize.", "Review passkeys", pathTo("passkeys")
	case audit.RecoveryUsed, audit.RecoveryRenewed:
		return "Now create new recovery codes. Someone may have the old ones.", "Go to recovery codes", pathTo("codes")
	case audit.EmailAsked, audit.EmailChanged, audit.SecondEmailSet, audit.SecondEmailRemoved, audit.ProfileChanged:
		return "Now check your email addresses and name.", "Go to your profile", pathTo("profile")
	}
	return "They’ve been signed out. Add a passkey if you don’t have one, remove any you don’t recognize, " +
		"and remove access for apps you don’t recognize. If someone else can read your email, change your email password first.", "Check account security", "/account"
}
