package provider

import (
	"errors"
	"net/http"

	"github.com/symbolon-id/symbolon/web"
)

// page has the errors of h answered: those for a client by redirect, all others by our error page.
func (p *Provider) page(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := h(w, r)
		if response, ok := errors.AsType[*errorResponse](err); ok {
			err = p.refuseAtClient(w, r, response)
		}
		if err == nil || web.Begun(w) {
			return err
		}
		return p.errorPage(w, r, asError(err))
	}
}

// api has the errors of h answered as JSON.
func (p *Provider) api(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := h(w, r)
		if err == nil || web.Begun(w) {
			return err
		}
		return p.writeError(w, r, asError(err))
	}
}
