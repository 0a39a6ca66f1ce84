package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// watcher is an app that asks by a frame whether the person is still signed in (OpenID Connect Session
// Management section 3.1). It is on another port of localhost: another origin, the same site, so that
// its frame has its cookies.
type watcher struct{ url string }

const watching = `<!doctype html><html lang="en"><title>App</title><link rel="icon" href="data:,"><h1>Asking</h1>
<iframe src="%s" title="op"></iframe>
<script>
addEventListener("message", (e) => { document.querySelector("h1").innerText = e.origin + " says " + e.data });
document.querySelector("iframe").addEventListener("load", (e) => e.target.contentWindow.postMessage(decodeURIComponent(location.hash.slice(1)), %q));
</script>`

func newWatcher(t testing.TB, d *deployment, frame string) *watcher {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.URL.Path == "/watch" {
			fmt.Fprintf(w, watching, frame, d.issuer)
			return
		}
		fmt.Fprint(w, `<!doctype html><html lang="en"><title>App</title><link rel="icon" href="data:,">`)
	}))
	t.Cleanup(server.Close)
	return &watcher{"http://localhost" + server.URL[strings.LastIndex(server.URL, ":"):]}
}

// asks opens the page that asks with this message, and waits for what the frame says.
func (w *watcher) asks(b *tab, d *deployment, message, want string) {
	b.t.Helper()
	b.open("about:blank")
	encoded := strings.ReplaceAll(message, " ", "%20")
	b.open(w.url + "/watch#" + encoded).see(d.issuer + " says " + want)
}

func TestFrameTellsWhetherTheSamePersonIsSignedIn(t *testing.T) {
	t.Parallel()
	d := own(t, plan{name: "sessions", nodes: 1, env: []string{"SYMBOLON_SESSION_MANAGEMENT=true"}})
	var document struct {
		Frame string `json:"check_session_iframe"`
	}
	if err := json.Unmarshal([]byte(d.visitor(t).get("/.well-known/openid-configuration").body), &document); err != nil || document.Frame == "" {
		t.Fatal("no check_session_iframe", err)
	}
	w := newWatcher(t, d, document.Frame)
	a := d.app(t, "--first-party", "--redirect-uri", w.url+"/callback")
	who, other, b := d.person(t), d.person(t), newTab(t)
	signedInTo(b, d, who, a)
	b.open(a.begin().url).until("a session_state", func() bool { return b.at().Query().Has("session_state") })
	message := a.ClientID + " " + b.at().Query().Get("session_state")

	w.asks(b, d, message, "unchanged")
	w.asks(b, d, a.ClientID+"x "+strings.Fields(message)[1], "changed")
	for _, odd := range []string{"nonsense", a.ClientID, message + " more", a.ClientID + " a", ""} {
		w.asks(b, d, odd, "error")
	}
	stranger := newWatcher(t, d, document.Frame) // another origin with the same words
	stranger.asks(b, d, message, "changed")

	b.open(d.issuer + "/logout").see("Sign out?").press("Sign out").see("You’re signed out")
	w.asks(b, d, message, "changed")
	signedInTo(b, d, other, a)
	w.asks(b, d, message, "changed")
}
