package login

import (
	"context"
	"log/slog"
	"net/netip"
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// Notices notifies users by mail of what happened to their account. It must not wait for a mail server.
type Notices interface {
	// Notify writes to every address of user.
	Notify(ctx context.Context, user storage.User, m templates.NoticeMail) error
}

// Devices knows where a user has signed in before.
type Devices interface {
	// UserSessions returns the user's live sessions.
	UserSessions(ctx context.Context, userID string) ([]storage.Session, error)
	// Events returns the newest f.Limit events that match.
	Events(ctx context.Context, f audit.Filter) ([]audit.Event, error)
}

const (
	noticePatience = 2 * time.Second // bounds what a notice costs the sign-in
	signInsBack    = 200             // how many sign-ins are looked at
)

// newDevices notifies users of sign-ins with a browser not seen before.
type newDevices struct {
	notices Notices // nil: no mail is sent
	devices Devices
	link    string // absolute: the user's sessions
}

// notify sends a mail that s began in a browser not seen before. The sign-in is valid whatever becomes of
// that: the audit log has it as well.
func (n newDevices) notify(ctx context.Context, s *session.Session) {
	if n.notices == nil {
		return
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), noticePatience)
	defer cancel()
	unseen, err := n.unseen(bounded, s)
	if err == nil && unseen {
		c := templates.Circumstances{At: s.CreatedAt, Browser: s.UserAgent, Network: s.Network}
		err = n.notices.Notify(bounded, s.User, templates.NewDeviceMail(c, n.link))
	}
	if err != nil {
		web.Annotate(ctx, slog.String("notice", err.Error()))
	}
}

// unseen reports whether s began in such a browser: a live session names its browser and network. Of those that ended the audit log still
// knows the network, which is enough not to alarm users who sign out every evening. An account's first
// sign-in is no news to its owner.
func (n newDevices) unseen(ctx context.Context, s *session.Session) (bool, error) {
	live, err := n.devices.UserSessions(ctx, s.UserID)
	if err != nil {
		return false, err
	}
	live = slices.DeleteFunc(live, func(l storage.Session) bool { return l.ID == s.ID })
	if slices.ContainsFunc(live, func(l storage.Session) bool { return l.UserAgent == s.UserAgent && l.Network == s.Network }) {
		return false, nil
	}
	events, err := n.devices.Events(ctx, audit.Filter{Type: audit.SignIn, UserID: s.UserID, Limit: signInsBack})
	if err != nil {
		return false, err
	}
	ended := slices.DeleteFunc(events, func(e audit.Event) bool {
		return e.Outcome != audit.Success || e.Target == s.ID ||
			slices.ContainsFunc(live, func(l storage.Session) bool { return l.ID == e.Target })
	})
	if slices.ContainsFunc(ended, func(e audit.Event) bool { return networkOf(e.IP) == s.Network }) {
		return false, nil
	}
	return len(live)+len(ended) > 0, nil
}

func networkOf(ip string) string {
	addr, _ := netip.ParseAddr(ip) // of what is none the network is unknown
	return web.Network(addr)
}
