package login

import (
	"net/url"

	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/web"
)

// links are the pages between which a sign-in moves.
type links struct {
	site                 web.Site
	offer, others, enrol string // those of Options
}

// SignInURL returns the sign-in page for a request, or without one when handle is empty.
func (l links) SignInURL(handle string) string { return withRequest(l.site.Path("/login"), handle) }

// SecondURL returns the page that asks for what is missing.
func (l links) SecondURL(handle string) string {
	return withRequest(l.site.Path("/login/second"), handle)
}

// beginAgainURL is the sign-in page as it is for a browser that has proven nothing.
func (l links) beginAgainURL(handle string) string {
	query := url.Values{"switch": {"1"}}
	if handle != "" {
		query.Set("request", handle)
	}
	return l.site.Path("/login?") + query.Encode()
}

// Landing returns where a browser goes on that is signed in: back to the request, or to the account.
func (l links) Landing(q *interaction.Request) string {
	if q == nil {
		return l.site.Path("/account")
	}
	return l.site.Path(q.Resume())
}

// Review returns where a browser goes on when others may have access to the account: to Options.Others, and
// from there to Landing.
func (l links) Review(q *interaction.Request) string {
	if l.others == "" {
		return l.Landing(q)
	}
	return withRequest(l.site.Path(l.others), handleOf(q))
}

func (l links) offerURL(q *interaction.Request) string {
	return withRequest(l.site.Path(l.offer), handleOf(q))
}

func (l links) enrolURL(handle string) string {
	if l.enrol == "" {
		return l.site.Path("/account")
	}
	return withRequest(l.site.Path(l.enrol), handle)
}

func withRequest(page, handle string) string {
	if handle == "" {
		return page
	}
	return page + "?request=" + url.QueryEscape(handle)
}

func handleOf(q *interaction.Request) string {
	if q == nil {
		return ""
	}
	return q.Handle
}
