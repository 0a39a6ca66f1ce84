package login

import (
	"cmp"
	"context"
	"net/http"
	"net/url"

	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// second asks somebody known for what is missing. Whoever has nothing to do here, because of the
// back button, another tab, or because nothing was proven yet, goes where they have.
func (f *Flow) second(w http.ResponseWriter, r *http.Request) error {
	handle := r.URL.Query().Get("request")
	at, err := f.stand(r, handle)
	if err != nil {
		return f.NoRequest(w, r, err)
	}
	page, err := f.due(r.Context(), at)
	if err != nil {
		return err
	}
	if page != f.SecondURL(handle) {
		return web.Redirect(w, page)
	}
	return f.showSecond(w, r, http.StatusOK, at, Attempt{Handle: handle})
}

// due is where somebody who stands there goes on.
func (f *Flow) due(ctx context.Context, at standing) (string, error) {
	if s := at.session; s != nil && !at.takingOver() {
		if at.request == nil {
			return f.Landing(nil), nil
		}
		page, err := f.Next(ctx, at.request, s)
		if err != nil {
			return "", err
		}
		if page == "" {
			return f.Landing(at.request), nil
		}
		if page == f.enrolURL(at.handle) {
			return page, nil
		}
	}
	d, enrolled, err := f.missing(ctx, at)
	if err != nil {
		return "", err
	}
	return f.ask(at.handle, d, at.kinds(), enrolled), nil
}

// missing is what the one who is known must prove, and has to prove it with; nothing for nobody.
func (f *Flow) missing(ctx context.Context, at standing) (demand, storage.Factors, error) {
	userID := at.known()
	if userID == "" {
		return demand{}, storage.Factors{}, nil
	}
	enrolled, err := f.enrolled(ctx, userID)
	if err != nil {
		return demand{}, enrolled, err
	}
	return f.Policy.signingIn(at.asked(), enrolled, f.best(enrolled)), enrolled, nil
}

func (f *Flow) showSecond(w http.ResponseWriter, r *http.Request, status int, at standing, a Attempt) error {
	user, err := f.Users.User(r.Context(), at.known())
	if err != nil || !user.DisabledAt.IsZero() {
		return f.refuse(w, r, at, Proof{}, cmp.Or(err, error(storage.ErrNotFound)))
	}
	d, _, err := f.missing(r.Context(), at)
	if err != nil {
		return err
	}
	a.Base, a.Browser, a.Email = f.Base, f.Requests.Browser.Ensure(w, r), user.Email
	page := templates.SecondFactor{
		Account: cmp.Or(user.Email, user.Name), Why: stepUpReason(at), Signals: a.Signals, Other: f.beginAgainURL(a.Handle),
	}
	if at.request != nil {
		page.App = at.request.ClientName
	}
	if page.Offers, err = f.seconds(r.Context(), d, at.kinds(), a, user); err != nil {
		return err
	}
	if len(page.Offers) == 0 { // it was removed just now
		return web.Redirect(w, f.beginAgainURL(a.Handle))
	}
	return f.Pages.Render(w, status, page)
}

// seconds are the offers of the methods that help; a problem is shown in any case.
func (f *Flow) seconds(ctx context.Context, d demand, kinds []Kind, a Attempt, user storage.User) (offers []templates.Offer, err error) {
	for _, m := range f.Methods {
		second, ok := m.(Second)
		if !ok || !d.metBy(with(kinds, second.Proves())) {
			continue
		}
		offer, err := second.Second(ctx, a, user)
		if err != nil {
			return nil, err
		}
		if offer != nil {
			offers = append(offers, offer)
		}
	}
	return offers, nil
}

// stepUpReason says to somebody signed in who wants more of them.
func stepUpReason(at standing) string {
	if at.request == nil || at.session == nil || at.takingOver() {
		return ""
	}
	return confirmReason(at.request)
}

func confirmReason(q *interaction.Request) string {
	if q.Return != "" {
		return "Confirm it’s you before changing your account security."
	}
	return cmp.Or(q.ClientName, "The app") + " wants you to confirm it’s you."
}

// beginAgainURL leads back to the start, as anybody.
func (f *Flow) beginAgainURL(handle string) string {
	return f.Base + "/login?" + url.Values{"switch": {"1"}, "request": nonEmpty(handle)}.Encode()
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
