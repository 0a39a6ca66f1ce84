package login

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// Challenge is a second factor that is typed: a form with the fields code and request. The flow
// bounds how often it can be tried.
type Challenge struct {
	Method Second
	// Read brings what was typed into its one normal form. What cannot be a code is no guess and
	// costs no try.
	Read func(typed string) (code string, ok bool)
	// Format says what a code looks like, to somebody whose input is none.
	Format string
	// Prepare finds what user's codes are judged by. That is before a try is counted: where they cannot
	// be judged, it returns an Unusable, and none is used up.
	Prepare func(ctx context.Context, user storage.User) (Judge, error)
}

// Judge proves that code is the person's, or returns an error that is a Wrong.
type Judge func(ctx context.Context, code string) (Proof, error)

// Wrong is what the person reads whose code was refused.
type Wrong string

func (w Wrong) Error() string { return string(w) }

// Unusable says that no code can be judged, through no fault of the person, who reads Say.
type Unusable struct {
	Say string
	Err error // for the log
}

func (u Unusable) Error() string { return u.Say + ": " + u.Err.Error() }

func (u Unusable) Unwrap() error { return u.Err }

// Answer takes a challenge's form, from somebody whose first factor is proven: a stranger can
// neither guess nor use up the tries.
func (f *Flow) Answer(c Challenge) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		handle := Posted(r, "request")
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
		code, ok := c.Read(Posted(r, "code"))
		if !ok {
			return f.showSecond(w, r, http.StatusBadRequest, at, Attempt{Handle: handle, Method: c.Method.Name(), Problem: c.Format})
		}
		return f.try(w, r, at, c, code)
	}
}

func (f *Flow) try(w http.ResponseWriter, r *http.Request, at standing, c Challenge, code string) error {
	userID := at.known()
	user, err := f.Users.User(r.Context(), userID)
	if err != nil {
		return f.refuse(w, r, at, Proof{Method: c.Method.Name()}, err)
	}
	judge, err := c.Prepare(r.Context(), user)
	var unusable Unusable
	if errors.As(err, &unusable) {
		return f.unusable(w, r, at, c.Method, unusable)
	}
	if err != nil {
		return err
	}
	wait, err := f.spendTry(r.Context(), at.budgets()...)
	if err != nil {
		return err
	}
	if wait > 0 {
		return f.exhausted(w, r, at, c.Method, wait)
	}
	p, err := judge(r.Context(), code)
	var wrong Wrong
	if errors.As(err, &wrong) {
		return f.wrong(w, r, at, c.Method, wrong)
	}
	if err != nil {
		return err
	}
	p.Method, p.Kind, p.UserID = c.Method.Name(), c.Method.Proves(), userID
	// From where the try was counted: another that ran out of tries meanwhile has forgotten what is pending.
	done, err := f.complete(w, r, at, p)
	if err != nil || !done {
		return err
	}
	return f.forgive(r.Context(), userID)
}

func (f *Flow) wrong(w http.ResponseWriter, r *http.Request, at standing, m Second, problem Wrong) error {
	if err := f.refused(r, at, m, "wrong_code"); err != nil {
		return err
	}
	return f.showSecond(w, r, http.StatusBadRequest, at, Attempt{Handle: at.handle, Method: m.Name(), Problem: string(problem)})
}

// unusable shows the page again, with the other ways there are.
func (f *Flow) unusable(w http.ResponseWriter, r *http.Request, at standing, m Second, why Unusable) error {
	web.Annotate(r.Context(), slog.String("cause", why.Error()))
	if err := f.refused(r, at, m, "unusable"); err != nil {
		return err
	}
	return f.showSecond(w, r, http.StatusServiceUnavailable, at, Attempt{Handle: at.handle, Method: m.Name(), Problem: why.Say})
}

// exhausted ends what is pending: to go on takes the first factor again.
func (f *Flow) exhausted(w http.ResponseWriter, r *http.Request, at standing, m Second, wait time.Duration) error {
	if err := f.forget(r.Context(), r, at.handle); err != nil {
		return err
	}
	if err := f.refused(r, at, m, "too_many_tries"); err != nil {
		return err
	}
	return f.DeadEnd(w, r, exhausted(wait), at.handle)
}

func (f *Flow) refused(r *http.Request, at standing, m Second, reason string) error {
	return f.Audit.Record(r.Context(), event(at.request, Proof{Method: m.Name()}, audit.Event{
		Outcome: audit.Refused, Reason: reason, UserID: at.known(),
	}))
}

// budget is how many tries there are.
type budget struct {
	key    string
	limit  int
	window time.Duration
}

// budgets: five tries of one attempt, and over all attempts and factors of the account ten in a
// quarter of an hour and a hundred in a row (NIST SP 800-63B section 3.2.2).
func (at standing) budgets() []budget {
	attempt := at.pending.ID
	if attempt == "" {
		attempt = at.session.ID + " " + at.handle
	}
	return append([]budget{{"attempt:" + attempt, 5, 15 * time.Minute}}, ofAccount(at.known())...)
}

func ofAccount(userID string) []budget {
	return []budget{
		{"factor:" + userID, 10, 15 * time.Minute},
		{"factor-run:" + userID, 100, 30 * 24 * time.Hour},
	}
}

// spendTry counts a try before it is judged, in a statement of its own, so that parallel guesses
// cannot outrun it and no rollback takes it back. It returns 0 when the try may be made, else how
// long to wait.
func (f *Flow) spendTry(ctx context.Context, budgets ...budget) (time.Duration, error) {
	for _, b := range budgets {
		wait, err := f.Failures.CountFailure(ctx, b.key, b.limit, b.window, f.now())
		if err != nil || wait > 0 {
			return wait, err
		}
	}
	return 0, nil
}

// forgive starts the account's counts anew: its owner has shown up.
func (f *Flow) forgive(ctx context.Context, userID string) error {
	for _, b := range ofAccount(userID) {
		if err := f.Failures.ForgetFailures(ctx, b.key); err != nil {
			return err
		}
	}
	return nil
}
