package account

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/users"
	"github.com/symbolon-id/symbolon/web"
)

// exportPage gives the user all that is kept of them.
type exportPage struct {
	*frame
	store   users.ExportStore
	docsURL string
}

func (a *exportPage) mount(mux *web.Mux) {
	mux.Page("GET /account/export", a.known(a.show))
	mux.Page("GET /account/export.json", a.sure(audit.UserExported, a.export))
}

func (a *exportPage) show(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	frame, err := a.guarded(r, s)
	if err != nil {
		return err
	}
	return a.pages.Render(w, http.StatusOK, templates.Export{Frame: frame, Download: a.Path("/account/export.json"), DocsURL: a.docsURL})
}

// export gives people all that is kept of them.
func (a *exportPage) export(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	if err := a.did(r, s, audit.Event{Type: audit.UserExported}); err != nil {
		return err
	}
	d, err := users.NewDocument(r.Context(), a.store, s.User, a.clock.Now())
	if err != nil {
		return err
	}
	content, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return fmt.Errorf("encode export: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Disposition", `attachment; filename="account.json"`)
	_, err = w.Write(append(content, '\n'))
	return err
}
