package provider

import (
	"net/http"

	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// renderer answers with errors.
type renderer struct {
	oauth.Place
	pages *templates.Pages
	hints oauth.Hints
}

// page has the errors of h answered by our error page.
func (re *renderer) page(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := h(w, r)
		if err == nil || web.Begun(w) {
			return err
		}
		return re.errorPage(w, r, oauth.AsError(err))
	}
}

// api has the errors of h answered as JSON.
func (re *renderer) api(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := h(w, r)
		if err == nil || web.Begun(w) {
			return err
		}
		return re.writeError(w, r, oauth.AsError(err))
	}
}
