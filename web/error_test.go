package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/web"
)

type coded int

func (c coded) Error() string   { return "the cause" }
func (c coded) StatusCode() int { return int(c) }

func TestErrorsBecomeStatuses(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
	}{
		{errors.New("unknown"), 500},
		{fmt.Errorf("find user: %w", coded(404)), 404},
		{coded(410), 410}, {coded(409), 409}, {coded(503), 503}, {coded(418), 418},
		{coded(200), 500}, {coded(0), 500}, {coded(999), 500},
		{fmt.Errorf("query: %w", context.DeadlineExceeded), 503},
		{fmt.Errorf("query: %w", context.Canceled), 503},
		{&http.MaxBytesError{Limit: 1}, 413},
		{fmt.Errorf("attempt: %w", &web.Error{Status: 429, Err: coded(503)}), 429},
		{&web.Error{}, 500},
	} {
		e := web.ErrorFrom(c.err)
		if e.Status != c.status || e.Code == "" || e.Title == "" || e.Message == "" {
			t.Errorf("%v: %+v", c.err, e)
		}
		if strings.Contains(e.Code+e.Title.String()+e.Message.String(), "cause") {
			t.Errorf("%v: the cause is shown: %+v", c.err, e)
		}
		if (e.Status == 503) != (e.RetryAfter > 0) {
			t.Errorf("%v: retry after %v", c.err, e.RetryAfter)
		}
	}
}

func TestErrorKeepsItsOwnWordsAndItsCause(t *testing.T) {
	cause := errors.New("row is locked")
	original := &web.Error{Status: 503, Code: "x", Message: "Wait.", RetryAfter: time.Minute, Err: cause}
	e := web.ErrorFrom(fmt.Errorf("save: %w", original))
	if e.Code != "x" || e.Message != "Wait." || e.RetryAfter != time.Minute || !errors.Is(e, cause) || e.StatusCode() != 503 {
		t.Errorf("%+v", e)
	}
	if original.Title != "" {
		t.Error("the original was changed: it may be shared")
	}
}
