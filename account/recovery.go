package account

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// Codes makes recovery codes, as people type them; they cannot be had again. It records that and
// notifies the person by mail.
type Codes interface {
	// Issue gives the user new codes in place of all they had.
	Issue(r *http.Request, user storage.User) ([]string, error)
	// First makes codes for a user who has none; nil for one who has some.
	First(r *http.Request, user storage.User) ([]string, error)
}

// CodeStore keeps recovery codes.
type CodeStore interface {
	// RecoveryCodesMade is when the user's set was made; zero: there is none.
	RecoveryCodesMade(ctx context.Context, userID string) (time.Time, error)
}

// codesPage shows recovery codes once, and makes new ones.
type codesPage struct {
	*frame
	store interface {
		CodeStore
		Factors(ctx context.Context, userID string) (storage.Factors, error)
	}
	codes Codes // nil: none here
}

func (a *codesPage) mount(mux *web.Mux) {
	mux.Page("GET /account/codes", a.known(a.show))
	mux.Page("POST /account/codes/regenerate", a.sure(audit.RecoveryRenewed, a.regenerate))
	mux.Page("POST /account/codes/download", a.known(a.download))
}

func (a *codesPage) show(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	frame, err := a.guarded(r, s)
	if err != nil {
		return err
	}
	f, err := a.store.Factors(r.Context(), s.UserID)
	if err != nil {
		return err
	}
	if f.RecoveryCodes > 0 && f.RecoveryCodes <= fewCodes {
		frame.Alert = i18n.Say("Only {n} codes left. Create new ones before you run out.", f.RecoveryCodes)
	}
	made, err := a.store.RecoveryCodesMade(r.Context(), s.UserID)
	if err != nil {
		return err
	}
	return a.pages.Render(w, http.StatusOK, templates.RecoveryCodes{
		Frame: frame, Left: f.RecoveryCodes, Made: made, Regenerate: a.Path("/account/codes/regenerate"),
	})
}

func (a *codesPage) regenerate(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	codes, err := a.codes.Issue(r, s.User)
	if err != nil {
		return err
	}
	return a.render(w, r, s, codes, "", a.Path(pathTo("codes")))
}

// render shows new codes, once.
func (a *codesPage) render(w http.ResponseWriter, r *http.Request, s *session.Session, codes []string, notice i18n.Text, next string) error {
	frame := a.head(r, s)
	frame.Notice = notice
	return a.pages.Render(w, http.StatusOK, templates.RecoveryCodes{
		Frame: frame, Codes: codes, Download: a.Path("/account/codes/download"), Done: next,
	})
}

const maxCodes = 20

// download gives the codes that the page shows back as a file: we keep only their digests.
func (a *codesPage) download(w http.ResponseWriter, r *http.Request, _ *session.Session) error {
	codes := strings.Fields(posted(r, "codes"))
	if len(codes) == 0 || len(codes) > maxCodes || slices.ContainsFunc(codes, notACode) {
		return &web.Error{Status: http.StatusBadRequest, Message: "These aren’t recovery codes."}
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="recovery-codes.txt"`)
	_, err := w.Write([]byte(strings.Join(codes, "\r\n") + "\r\n"))
	return err
}

// notACode reports whether word is none: what is given back must be nothing but codes.
func notACode(word string) bool {
	return len(word) > 64 || strings.ContainsFunc(word, func(c rune) bool {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		return !letter && !('0' <= c && c <= '9') && c != '-'
	})
}
