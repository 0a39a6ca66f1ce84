package login

import (
	"context"
	"net/http"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// Pages shows pages.
type Pages interface {
	Render(w http.ResponseWriter, status int, p templates.Page) error
}

// Recorder remembers decisions.
type Recorder interface {
	Record(ctx context.Context, e audit.Event) error
	RecordLater(ctx context.Context, e audit.Event)
}

// Options are what a Flow is made of.
type Options struct {
	Site     web.Site
	Methods  []Method // in order of preference; a method that is off is not among them
	Policy   Policy
	Users    Users
	Failures Failures // of second factors
	Sessions *session.Sessions
	Requests *interaction.Store
	Pages    Pages
	Audit    Recorder
	Now      func() time.Time // nil: the system's clock

	// Where a browser goes after a sign-in, if it is due: paths of the site, which are given
	// request=HANDLE when there is one and lead on to Landing of that; "" for none.
	Offer  string // offers a passkey after a sign-in by mail
	Others string // asks whether everything else is to be signed out: after a first passkey, and after recovery by the operator
	Enrol  string // enrols a second factor where the deployment requires one; "": the account page

	// Notices says by mail that a browser which Devices does not know has signed in; nil: no mail is sent.
	Notices Notices
	Devices Devices
}

// Flow signs people in by any of its methods. Its fields are for the pages of methods.
type Flow struct {
	Site     web.Site
	Sessions *session.Sessions
	Requests *interaction.Store
	Pages    Pages
	Audit    Recorder

	methods []Method
	first   *firstPage
	second  *secondPage
	links
	*attempts
	*steps
	*completion
	*challenges
}

// New returns the flow that o describes.
func New(o Options) *Flow {
	if o.Now == nil {
		o.Now = time.Now
	}
	links := links{site: o.Site, offer: o.Offer, others: o.Others, enrol: o.Enrol}
	attempts := &attempts{requests: o.Requests, sessions: o.Sessions, now: o.Now}
	steps := &steps{links: links, rules: rules{o.Policy, o.Methods}, users: o.Users, now: o.Now}
	refusals := &refusals{links: links, attempts: attempts, audit: o.Audit}
	offers := offers{site: o.Site, browser: o.Requests.Browser, methods: o.Methods}
	completion := &completion{
		links: links, attempts: attempts, steps: steps, refusals: refusals, methods: o.Methods, users: o.Users,
		sessions: o.Sessions, audit: o.Audit, landing: landing{links, o.Requests.Browser, steps.rules},
		newDevices: newDevices{notices: o.Notices, devices: o.Devices, link: o.Site.URL("/account/sessions")},
	}
	second := &secondPage{
		links: links, attempts: attempts, steps: steps, refusals: refusals, offers: offers, users: o.Users, pages: o.Pages,
	}
	return &Flow{
		Site: o.Site, Sessions: o.Sessions, Requests: o.Requests, Pages: o.Pages, Audit: o.Audit,
		methods: o.Methods, links: links, attempts: attempts, steps: steps, completion: completion, second: second,
		first: &firstPage{links: links, attempts: attempts, steps: steps, offers: offers, pages: o.Pages, now: o.Now},
		challenges: &challenges{
			links: links, attempts: attempts, steps: steps, refusals: refusals, completion: completion, second: second,
			users: o.Users, audit: o.Audit, tries: Tries{Failures: o.Failures, Now: o.Now},
		},
	}
}

// Mount registers the sign-in pages and those of every method.
func (f *Flow) Mount(mux *web.Mux) {
	mux.Page("GET /login", f.first.get)
	mux.Page("POST /login/continue", f.first.goOn)
	mux.Page("GET /login/second", f.second.get)
	for _, m := range f.methods {
		m.Mount(mux, f)
	}
}

// Again shows the page the form came from once more, with the problem in the method's form.
func (f *Flow) Again(w http.ResponseWriter, r *http.Request, status int, a Attempt) error {
	at, err := f.open(r, a.Handle)
	if err != nil {
		return err
	}
	if f.second.offers.isSecond(a.Method) {
		page, err := f.due(r.Context(), at)
		if err != nil {
			return err
		}
		if page == f.SecondURL(a.Handle) {
			return f.second.show(w, r, status, at, a)
		}
	}
	return f.first.show(w, r, status, at, a)
}

// Forward answers with end where nothing is proven yet; a browser that has come further goes on from there.
func (f *Flow) Forward(w http.ResponseWriter, r *http.Request, handle string, end End) error {
	at, err := f.open(r, handle)
	if err != nil {
		return err
	}
	page, err := f.due(r.Context(), at)
	if err != nil {
		return err
	}
	if page == f.SignInURL(handle) {
		return f.DeadEnd(end, handle)
	}
	return web.Redirect(w, page)
}
