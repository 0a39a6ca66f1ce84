package login

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/i18n"
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
	// Format says what a code looks like, for input that is none.
	Format i18n.Text
	// Prepare finds what user's codes are judged by. That is before a try is counted: where they cannot
	// be judged, it returns an Unusable, and none is used up.
	Prepare func(ctx context.Context, user storage.User) (Judge, error)
}

// Judge proves that code is the user's, or returns an error that is a Wrong.
type Judge func(ctx context.Context, code string) (Proof, error)

// Wrong is what a user reads whose code was refused.
type Wrong i18n.Text

func (w Wrong) Error() string { return string(w) }

// Unusable means that no code can be judged, through no fault of the user, who reads Say.
type Unusable struct {
	Say i18n.Text
	Err error // for the log
}

func (u Unusable) Error() string { return u.Say.String() + ": " + u.Err.Error() }

func (u Unusable) Unwrap() error { return u.Err }

// challenges are answered by forms.
type challenges struct {
	links      links
	attempts   *attempts
	steps      *steps
	refusals   *refusals
	completion *completion
	second     *secondPage
	users      Users
	audit      Recorder
	tries      Tries
}

// Answer takes a challenge's form, in a browser whose first factor is proven: others can
// neither guess nor use up the tries.
func (f *challenges) Answer(c Challenge) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		handle := Posted(r, "request")
		at, err := f.attempts.open(r, handle)
		if err != nil {
			return err
		}
		due, err := f.steps.due(r.Context(), at)
		if err != nil {
			return err
		}
		if due != f.links.SecondURL(handle) {
			return web.Redirect(w, due)
		}
		code, ok := c.Read(Posted(r, "code"))
		if !ok {
			return f.again(w, r, http.StatusBadRequest, at, c.Method, c.Format)
		}
		return f.judge(w, r, at, c, code)
	}
}

func (f *challenges) judge(w http.ResponseWriter, r *http.Request, at progress, c Challenge, code string) error {
	userID := at.known()
	user, err := f.users.User(r.Context(), userID)
	if err != nil {
		return f.refusals.refuse(r, at, Proof{Method: c.Method.Name()}, err)
	}
	judge, err := c.Prepare(r.Context(), user)
	var unusable Unusable
	if errors.As(err, &unusable) {
		web.Annotate(r.Context(), slog.String("cause", unusable.Error()))
		return f.refuse(w, r, http.StatusServiceUnavailable, at, c.Method, "unusable", unusable.Say)
	}
	if err != nil {
		return err
	}
	wait, err := f.tries.Spend(r.Context(), at.budgets()...)
	if err != nil {
		return err
	}
	if wait > 0 {
		return f.exhausted(r, at, c.Method, wait)
	}
	p, err := judge(r.Context(), code)
	var wrong Wrong
	if errors.As(err, &wrong) {
		return f.refuse(w, r, http.StatusBadRequest, at, c.Method, "wrong_code", i18n.Text(wrong))
	}
	if err != nil {
		return err
	}
	p.Method, p.Kind, p.UserID = c.Method.Name(), c.Method.Proves(), userID
	// From where the try was counted: another that ran out of tries meanwhile has forgotten what is pending.
	done, err := f.completion.complete(w, r, at, p)
	if err != nil || !done {
		return err
	}
	return f.tries.Forgive(r.Context(), budgetsOf(userID)...)
}

// refuse records a refusal and shows the page again, with the other ways there are.
func (f *challenges) refuse(w http.ResponseWriter, r *http.Request, status int, at progress, m Second, reason string, problem i18n.Text) error {
	if err := f.record(r, at, m, reason); err != nil {
		return err
	}
	return f.again(w, r, status, at, m, problem)
}

func (f *challenges) again(w http.ResponseWriter, r *http.Request, status int, at progress, m Second, problem i18n.Text) error {
	return f.second.show(w, r, status, at, Attempt{Handle: at.handle, Method: m.Name(), Problem: problem})
}

// exhausted ends what is pending: to go on takes the first factor again.
func (f *challenges) exhausted(r *http.Request, at progress, m Second, wait time.Duration) error {
	if err := f.attempts.forget(r, at.handle); err != nil {
		return err
	}
	if err := f.record(r, at, m, "too_many_tries"); err != nil {
		return err
	}
	return f.links.DeadEnd(exhausted(wait), at.handle)
}

func (f *challenges) record(r *http.Request, at progress, m Second, reason string) error {
	return f.audit.Record(r.Context(), event(at.request, Proof{Method: m.Name()}, audit.Event{
		Outcome: audit.Refused, Reason: reason, UserID: at.known(),
	}))
}
