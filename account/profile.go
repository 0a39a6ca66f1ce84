package account

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/users"
	"github.com/symbolon-id/symbolon/web"
)

// profileForm is what was typed, and why it was refused.
type profileForm struct {
	status           int
	which            mailbox // that email and emailError are of
	name             string
	nameError        i18n.Text
	typed            map[string]string // by field
	wrong            map[string]i18n.Text
	email            string
	emailError       i18n.Text
	codeError, alert i18n.Text
}

// profilePage shows and changes what the user says of themselves.
type profilePage struct {
	*frame
	users   *users.Service
	changes *emailChanges
}

func (a *profilePage) mount(mux *web.Mux) {
	mux.Page("GET /account/profile", a.known(a.show))
	mux.Page("POST /account/profile", a.known(a.change))
}

func (a *profilePage) show(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	return a.render(w, r, s, profileForm{status: http.StatusOK})
}

func (a *profilePage) render(w http.ResponseWriter, r *http.Request, s *session.Session, typed profileForm) error {
	frame, err := a.guarded(r, s)
	if err != nil {
		return err
	}
	frame.Alert = typed.alert
	if frame.Notice != "" { // something of this has just changed
		if frame.Signals, err = a.signals(r.Context(), s); err != nil {
			return err
		}
	}
	pending, err := a.changes.pending(r, s)
	if err != nil {
		return err
	}
	p := templates.Profile{
		Frame: frame, Name: s.User.Name, Rename: a.Path("/account/profile"), NameError: typed.nameError,
		More:  more(s.User.Profile, typed),
		Email: a.mailAddress(s, first, pending, typed), MailOff: a.mailOff(),
	}
	if !p.MailOff || s.User.SecondEmail != "" {
		p.Second = a.mailAddress(s, second, pending, typed)
	}
	if typed.nameError != "" || len(typed.wrong) > 0 {
		p.Name = typed.name
	}
	return a.pages.Render(w, typed.status, p)
}

// more are the fields of the page, in their groups.
func more(p storage.Profile, typed profileForm) []templates.FieldGroup {
	groups := []templates.FieldGroup{
		naming: {Title: "Names"}, person: {Title: "About you"}, reach: {Title: "Phone and address"}, online: {Title: "On the web"},
	}
	asked := controls()
	for _, f := range users.Fields() {
		c, isAsked := asked[f.Name]
		if !isAsked {
			continue
		}
		field := templates.ProfileField{Name: f.Name, Label: c.label, Type: c.kind, Fill: c.fill, Example: c.eg, Value: f.Get(p)}
		if text, ok := typed.typed[f.Name]; ok {
			field.Value, field.Error = text, typed.wrong[f.Name]
		}
		groups[c.group].Fields = append(groups[c.group].Fields, field)
	}
	return groups
}

// mailAddress is one of the two as the page shows it.
func (a *profilePage) mailAddress(s *session.Session, which mailbox, pending emailChange, typed profileForm) templates.Address {
	shown := templates.Address{
		Address: which.of(s.User), Change: a.Path("/account/email"),
		Confirm: a.Path("/account/email/code"), Cancel: a.Path("/account/email/cancel"),
	}
	if which == second {
		shown.Change = a.Path("/account/second")
	}
	if which == second && shown.Address != "" {
		shown.Remove = a.Path("/account/second/remove")
	}
	if typed.which == which {
		shown.Typed, shown.Error = typed.email, typed.emailError
	}
	if pending.Which == which {
		shown.Pending, shown.CodeError = pending.New, typed.codeError
	}
	return shown
}

// change takes any name a person may have, and none, and whatever else of the profile was sent.
func (a *profilePage) change(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	sent := posted(r, "name")
	if len(r.PostForm["name"]) != 1 { // an empty name is a name; none is a form of something else
		return &web.Error{Status: http.StatusBadRequest, Message: "The name field is missing."}
	}
	typed := profileForm{status: http.StatusBadRequest, name: cut(sent)}
	name, err := users.CleanName(sent)
	if wrong, ok := errors.AsType[users.Invalid](err); ok {
		typed.nameError = i18n.Text(wrong)
	}
	profile := s.User.Profile
	typed.read(r.PostForm, &profile)
	if typed.nameError != "" || len(typed.wrong) > 0 {
		return a.render(w, r, s, typed)
	}
	_, err = a.users.Update(r.Context(), audit.Account, s.User, func(u *storage.User) error {
		u.Name, u.Profile = name, profile
		return nil
	})
	if errors.Is(err, storage.ErrConflict) {
		typed.status, typed.alert = http.StatusConflict, "Your profile was also changed somewhere else. Check it and save again."
		return a.render(w, r, s, typed)
	}
	if err != nil {
		return err
	}
	return a.done(w, "profile", "renamed")
}

// read sets the fields that were sent; those that were not stay as they are.
func (f *profileForm) read(form url.Values, p *storage.Profile) {
	f.typed, f.wrong = map[string]string{}, map[string]i18n.Text{}
	asked := controls()
	for _, field := range users.Fields() {
		sent := form[field.Name]
		if _, isAsked := asked[field.Name]; len(sent) == 0 || !isAsked {
			continue
		}
		f.typed[field.Name] = cut(sent[0])
		err := field.Set(p, sent[0])
		if len(sent) > 1 { // two readers could take two different values for it
			err = users.Invalid("This field was sent twice.")
		}
		if wrong, ok := errors.AsType[users.Invalid](err); ok {
			f.wrong[field.Name] = i18n.Text(wrong)
		}
	}
}

const maxTyped = 2048

// cut keeps what was typed from filling the answer.
func cut(text string) string { return strings.ToValidUTF8(text[:min(len(text), maxTyped)], "") }
