package logout

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/symbolon-id/symbolon/outbound"
	"github.com/symbolon-id/symbolon/storage"
)

// Outcome is the result of one attempt to notify a client.
type Outcome string

// Outcomes. All but Failed and Silent are final.
const (
	Told     Outcome = "told"
	Refused  Outcome = "refused"  // 400: it rejects the token, or could not sign the user out
	Failed   Outcome = "failed"   // any other answer; tried again
	Silent   Outcome = "silent"   // no answer, or an address that may not be asked; tried again
	Expired  Outcome = "expired"  // tried for long enough
	Unwanted Outcome = "unwanted" // the client is deleted, disabled, or has no address any more
)

// How long a client that does not answer keeps its other notices waiting.
const (
	pauseFor = time.Minute     // at most
	slowFor  = 2 * time.Second // while it may still answer
)

// handle brings one claimed notice to its outcome.
func (w *Worker) handle(ctx context.Context, n storage.LogoutNotice) {
	slow := time.AfterFunc(patience, func() { w.pause(ctx, n.ClientID) })
	outcome, err := w.deliver(ctx, n)
	slow.Stop()
	next := w.Clock.Now().Add(delay(n.Tries))
	again := outcome == Failed || outcome == Silent
	if again && !next.Before(n.ExpiresAt) {
		outcome, again = Expired, false
	}
	w.conclude(ctx, n, outcome, again, next)
	w.log(n, outcome, err)
	if w.Report != nil {
		w.Report(outcome)
	}
}

// pause keeps the other notices of a client that has not answered yet from waiting beside the first.
func (w *Worker) pause(ctx context.Context, clientID string) {
	ctx, cancel := context.WithTimeout(ctx, storeFor)
	defer cancel()
	if err := w.Store.PauseLogoutNotices(ctx, clientID, w.Clock.Now().Add(slowFor)); err != nil {
		w.Log.Warn("logout notices not paused", "client_id", clientID, "error", err)
	}
}

func (w *Worker) deliver(ctx context.Context, n storage.LogoutNotice) (Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, tryFor)
	defer cancel()
	if !w.Clock.Now().Before(n.ExpiresAt) {
		return Expired, nil
	}
	c, err := w.Store.Client(ctx, n.ClientID)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return Unwanted, nil
	case err != nil:
		return Failed, err
	case c.BackchannelLogoutURI == "" || !c.DisabledAt.IsZero():
		return Unwanted, nil
	}
	token, err := w.Tokens.LogoutToken(ctx, c, n)
	if err != nil {
		return Failed, err
	}
	return w.post(ctx, c.BackchannelLogoutURI, token)
}

// post is Back-Channel Logout section 2.5; what the answer means, section 2.8.
func (w *Worker) post(ctx context.Context, uri, token string) (Outcome, error) {
	status, err := w.Post.Post(ctx, uri, url.Values{"logout_token": {token}}, outbound.Limits{})
	switch {
	case err != nil:
		return Silent, err
	case status == http.StatusOK, status == http.StatusNoContent:
		return Told, nil
	case status == http.StatusBadRequest:
		return Refused, answered(status)
	}
	return Failed, answered(status)
}

func answered(status int) error { return fmt.Errorf("answered %d", status) }

// conclude records the outcome. Should that fail, the lease lapses and the client is notified again.
func (w *Worker) conclude(ctx context.Context, n storage.LogoutNotice, outcome Outcome, again bool, next time.Time) {
	ctx, cancel := context.WithTimeout(ctx, storeFor)
	defer cancel()
	var err error
	if again {
		err = w.Store.RetryLogoutNotice(ctx, n, next)
	} else {
		err = w.Store.ForgetLogoutNotice(ctx, n)
	}
	if outcome == Silent {
		until := earlier(next, w.Clock.Now().Add(pauseFor))
		err = errors.Join(err, w.Store.PauseLogoutNotices(ctx, n.ClientID, until))
	}
	if err != nil {
		w.Log.Warn("logout notice's outcome not recorded", "client_id", n.ClientID, "outcome", outcome, "error", err)
	}
}

// log reports a client that waits in vain.
func (w *Worker) log(n storage.LogoutNotice, outcome Outcome, cause error) {
	if outcome == Told || outcome == Unwanted {
		return
	}
	if unanswered, ok := errors.AsType[*outbound.Error](cause); ok {
		cause = errors.New(unanswered.Reason)
	}
	w.Log.Warn("client not told of a logout", "client_id", n.ClientID, "outcome", outcome, "tries", n.Tries+1, "error", cause)
}

// delay is how long to wait after so many earlier failures and one more.
func delay(failures int) time.Duration {
	delays := []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour}
	return delays[min(failures, len(delays)-1)]
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
