package userinfo

import (
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/symbolon-id/symbolon/provider/clientauth"
)

func TestAnOutageIsNoChallenge(t *testing.T) {
	for _, c := range []struct {
		err       error
		challenge bool
	}{{errors.New("the database is away"), false}, {clientauth.InvalidToken(), true}} {
		w := httptest.NewRecorder()
		if err := challenged(w, httptest.NewRequest("GET", "/userinfo", nil), c.err); err == nil {
			t.Errorf("%v: no refusal", c.err)
		}
		if got := w.Header().Get("WWW-Authenticate") != ""; got != c.challenge {
			t.Errorf("%v: a challenge %v", c.err, got)
		}
	}
}
