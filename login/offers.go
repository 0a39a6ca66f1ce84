package login

import (
	"context"
	"net/http"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// offers are the parts of a page that the methods bring.
type offers struct {
	site    web.Site
	browser web.Browser
	methods []Method
}

// fill completes a with what every offer needs.
func (o offers) fill(w http.ResponseWriter, r *http.Request, a Attempt) Attempt {
	a.Site, a.Browser = o.site, o.browser.Ensure(w, r)
	return a
}

// first is for a browser of which nothing is known.
func (o offers) first(ctx context.Context, a Attempt) (all []templates.Offer, err error) {
	for _, m := range o.methods {
		offer, err := m.Offered(ctx, a)
		if err != nil {
			return nil, err
		}
		if offer != nil {
			all = append(all, offer)
		}
	}
	return all, nil
}

// second is for user, by the methods that with what was proven meet d.
func (o offers) second(ctx context.Context, a Attempt, user storage.User, d demand, proven []Kind) (all []templates.Offer, err error) {
	for _, m := range o.methods {
		second, ok := m.(Second)
		if !ok || !d.metBy(with(proven, second.Proves())) {
			continue
		}
		offer, err := second.Second(ctx, a, user)
		if err != nil {
			return nil, err
		}
		if offer != nil {
			all = append(all, offer)
		}
	}
	return all, nil
}

// isSecond reports whether the method of this name can be a second factor.
func (o offers) isSecond(method string) bool {
	for _, m := range o.methods {
		if _, ok := m.(Second); ok && m.Name() == method {
			return true
		}
	}
	return false
}
