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
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

const activityPage = 30 // shown at once

// activity tells what happened, in plain words.
func (a *Area) activity(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	events, err := a.Store.Events(r.Context(), audit.Filter{
		UserID: s.UserID, Types: told(), Before: eventID(r.URL.Query().Get("before")), Limit: activityPage + 1,
	})
	if err != nil {
		return err
	}
	p := templates.Activity{Frame: a.frame(r, s), NotMe: a.Base + "/account/activity/not-me"}
	if len(events) > activityPage {
		events = events[:activityPage]
		p.Older = a.Base + "/account/activity?before=" + url.QueryEscape(events[activityPage-1].ID)
	}
	t, err := a.teller(r.Context(), s, events)
	if err != nil {
		return err
	}
	for _, e := range events {
		if shown, ok := t.event(e); ok {
			p.Events = append(p.Events, shown)
		}
	}
	return a.Pages.Render(w, http.StatusOK, p)
}

// teller knows what events only name.
type teller struct {
	own      string            // id of the session that reads
	apps     map[string]string // id of a client → its name
	browsers map[string]string // id of a live session → its browser
}

func (a *Area) teller(ctx context.Context, s *session.Session, events []audit.Event) (t teller, err error) {
	t = teller{own: s.ID, browsers: map[string]string{}}
	if t.apps, err = a.Store.ClientNames(ctx, clientsOf(events)); err != nil {
		return t, err
	}
	sessions, err := a.Store.UserSessions(ctx, s.UserID)
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

// event is false for what happens all the time and tells the person nothing.
func (t teller) event(e audit.Event) (templates.ActivityEvent, bool) {
	said := t.sentence(e)
	return templates.ActivityEvent{
		ID: e.ID, At: e.At, Sentence: said, Browser: t.browsers[e.Target], Network: networkOf(e.IP),
		Refused: e.Outcome == audit.Refused, Ours: t.ours(e),
	}, said != ""
}

// ours: the operator did it, or whoever is looking.
func (t teller) ours(e audit.Event) bool {
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
func (a *Area) ownEvent(ctx context.Context, s *session.Session, id string) (audit.Event, error) {
	if id = eventID(id); id == "" {
		return audit.Event{}, fmt.Errorf("find event: %w", storage.ErrNotFound)
	}
	events, err := a.Store.Events(ctx, audit.Filter{ID: id, UserID: s.UserID, Limit: 1})
	if err != nil {
		return audit.Event{}, err
	}
	if len(events) == 1 {
		return events[0], nil
	}
	return audit.Event{}, fmt.Errorf("find event: %w", storage.ErrNotFound)
}
