package account

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// Codes makes recovery codes.
type Codes interface {
	// Renew gives the user new codes in place of all they had, and returns them as people type them.
	// They cannot be had again.
	Renew(ctx context.Context, userID string) ([]string, error)
}

func (a *Area) mountCodes(mux *web.Mux) {
	mux.Page("GET "+a.Base+"/account/codes", a.known(a.codes))
	mux.Page("POST "+a.Base+"/account/codes/regenerate", a.sure(audit.RecoveryRenewed, a.regenerate))
	mux.Page("POST "+a.Base+"/account/codes/download", a.known(a.downloadCodes))
}

func (a *Area) codes(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	frame, err := a.guarded(r, s)
	if err != nil {
		return err
	}
	f, err := a.Store.Factors(r.Context(), s.UserID)
	if err != nil {
		return err
	}
	if f.RecoveryCodes > 0 && f.RecoveryCodes <= fewCodes {
		frame.Alert = "Only " + lower(counted(f.RecoveryCodes, "code")) + " left. Make new ones before you need them."
	}
	return a.Pages.Render(w, http.StatusOK, templates.RecoveryCodes{
		Frame: frame, Left: f.RecoveryCodes, Regenerate: a.Base + "/account/codes/regenerate",
	})
}

func (a *Area) regenerate(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	return a.renewCodes(w, r, s, "", a.Base+pathTo("codes"))
}

// renewCodes shows new codes, once.
func (a *Area) renewCodes(w http.ResponseWriter, r *http.Request, s *session.Session, notice, next string) error {
	codes, err := a.Codes.Renew(r.Context(), s.UserID)
	if err != nil {
		return err
	}
	err = a.changed(r, s, audit.Event{Type: audit.RecoveryRenewed},
		templates.FactorAddedMail("a new set of recovery codes", a.circumstances(r, s), a.link("/account/codes")))
	if err != nil {
		return err
	}
	frame := a.frame(r, s)
	frame.Notice = notice
	return a.Pages.Render(w, http.StatusOK, templates.RecoveryCodes{
		Frame: frame, Codes: codes, Download: a.Base + "/account/codes/download", Done: next,
	})
}

const maxCodes = 20

// downloadCodes gives the codes that the page shows back as a file: we keep only their digests.
func (a *Area) downloadCodes(w http.ResponseWriter, r *http.Request, _ *session.Session) error {
	codes := strings.Fields(posted(r, "codes"))
	if len(codes) == 0 || len(codes) > maxCodes || slices.ContainsFunc(codes, notACode) {
		return &web.Error{Status: http.StatusBadRequest, Message: "These are no recovery codes."}
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="recovery-codes.txt"`)
	_, err := w.Write([]byte(strings.Join(codes, "\r\n") + "\r\n"))
	return err
}

// notACode: whatever is given back must be nothing but codes.
func notACode(word string) bool {
	return len(word) > 64 || strings.ContainsFunc(word, func(c rune) bool {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		return !letter && !('0' <= c && c <= '9') && c != '-'
	})
}
