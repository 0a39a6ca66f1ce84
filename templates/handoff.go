package templates

import "net/http"

// HandOff answers a POST with a page that goes to page.URL, a validated address: browsers apply
// form-action to every redirect that follows a POST, and would stop one to another site without a word.
func (p *Pages) HandOff(w http.ResponseWriter, page HandOff) error {
	h := w.Header()
	h.Set("Refresh", "0;url="+page.URL)
	h.Set("Referrer-Policy", "no-referrer")
	return p.Render(w, http.StatusOK, page)
}
