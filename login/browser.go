package login

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// Circumstances returns those of a request, for a mail about what it did.
func Circumstances(r *http.Request, at time.Time) templates.Circumstances {
	return templates.Circumstances{At: at, Browser: BrowserName(r.UserAgent()), Network: web.Network(web.ClientIP(r.Context()))}
}

// BrowserName guesses "Firefox on Linux" from a User-Agent header: enough for a person to recognize
// their own browser, and nothing to rely on. It never repeats what the header says.
func BrowserName(userAgent string) string {
	browser := firstIn(userAgent, [][2]string{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"},
		{"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	})
	system := firstIn(userAgent, [][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"CrOS", "ChromeOS"},
		{"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"},
	})
	if system == "" {
		return cmp.Or(browser, "Unknown browser")
	}
	return cmp.Or(browser, "A browser") + " on " + system
}

// firstIn returns the name of the first mark in s: the order matters, most browsers also claim to
// be the older ones.
func firstIn(s string, marks [][2]string) string {
	for _, m := range marks {
		if strings.Contains(s, m[0]) {
			return m[1]
		}
	}
	return ""
}
