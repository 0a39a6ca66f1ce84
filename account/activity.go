package account

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

const (
	activityBack = 2000 // events looked at; most are tokens being issued, which nobody wants to read
	activityPage = 30   // shown at once
)

// activity tells what happened, in plain words.
func (a *Area) activity(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	events, err := a.Store.Events(r.Context(), audit.Filter{UserID: s.UserID, Limit: activityBack})
	if err != nil {
		return err
	}
	told, err := a.teller(r.Context(), s)
	if err != nil {
		return err
	}
	p := templates.Activity{Frame: a.frame(r, s), NotMe: a.Base + "/account/activity/not-me"}
	from := (pageNumber(r) - 1) * activityPage
	for _, e := range events {
		shown, ok := told.event(e)
		if !ok {
			continue
		}
		if from--; from >= 0 {
			continue
		}
		if len(p.Events) == activityPage {
			p.Older = fmt.Sprintf("%s/account/activity?page=%d", a.Base, pageNumber(r)+1)
			break
		}
		p.Events = append(p.Events, shown)
	}
	return a.Pages.Render(w, http.StatusOK, p)
}

// pageNumber begins with 1; what is none is the first.
func pageNumber(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || n < 1 || n > activityBack/activityPage+1 {
		return 1
	}
	return n
}

// teller knows what events only name.
type teller struct {
	own      string            // id of the session that reads
	apps     map[string]string // id of a client → its name
	browsers map[string]string // id of a live session → its browser
}

func (a *Area) teller(ctx context.Context, s *session.Session) (teller, error) {
	t := teller{own: s.ID, apps: map[string]string{}, browsers: map[string]string{}}
	connections, err := a.Store.Connections(ctx, s.UserID)
	if err != nil {
		return t, err
	}
	for _, c := range connections {
		t.apps[c.ClientID] = c.Name
	}
	sessions, err := a.Store.UserSessions(ctx, s.UserID)
	for _, one := range sessions {
		t.browsers[one.ID] = one.UserAgent
	}
	return t, err
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
	return e.Method == "cli" || (e.Type == audit.SignIn && e.Target == t.own)
}

// networkOf shows no more of an address than the sessions page does.
func networkOf(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return ""
	}
	return web.Network(addr)
}

// ownEvent finds an event among the person's own.
func (a *Area) ownEvent(ctx context.Context, s *session.Session, id string) (audit.Event, error) {
	events, err := a.Store.Events(ctx, audit.Filter{UserID: s.UserID, Limit: activityBack})
	if err != nil {
		return audit.Event{}, err
	}
	for _, e := range events {
		if e.ID == id {
			return e, nil
		}
	}
	return audit.Event{}, fmt.Errorf("find event: %w", storage.ErrNotFound)
}
