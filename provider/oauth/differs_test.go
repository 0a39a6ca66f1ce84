package oauth

import (
	"strings"
	"testing"
)

func TestWhatDiffersIsNamed(t *testing.T) {
	const registered = "https://app.example/cb"
	for sent, want := range map[string]string{
		"https://app.example/cb/":      "trailing slash",
		"https://app.example/CB":       "upper and lower case of the path",
		"https://app.example/callback": "path /callback instead of /cb",
		"https://app.example":          "no path",
		"https://app.example/c%62":     "percent-encoding of the path",
		"http://app.example/cb":        "scheme http instead of https",
		"https://APP.example/cb":       "upper and lower case of the host",
		"https://app.example.com/cb":   "host app.example.com instead of app.example",
		"https://app.example:8443/cb":  "port 8443",
		"https://app.example/cb?x=1":   "query x=1",
		"https://app.example/cb#x":     "fragment",
		"https://app.example/cb?":      "spelling",
		"https://me@app.example/cb":    "user information",
		"http://other.example/cb":      "scheme http instead of https, host other.example instead of app.example",
		"https://%zz/":                 "it is no URI that can be read",
	} {
		got := URIDiffers(sent, []string{registered})
		if got != "requested "+sent+", registered "+registered+": "+want {
			t.Errorf("%s", got)
		}
	}
}

func TestTheNearestOfSeveralIsCompared(t *testing.T) {
	all := []string{"https://a.example/cb", "http://127.0.0.1/cb", "https://b.example/login"}
	for sent, want := range map[string]string{
		"https://b.example/login/":   "registered https://b.example/login: trailing slash",
		"http://localhost:4000/cb":   "registered http://127.0.0.1/cb: host localhost instead of 127.0.0.1",
		"http://127.0.0.1:4000/done": "registered http://127.0.0.1/cb: path /done instead of /cb",
	} {
		if got := URIDiffers(sent, all); !strings.Contains(got, want) || !strings.Contains(got, "3 registered") {
			t.Errorf("%s", got)
		}
	}
	ports := []string{"http://app.test:3000/other", "http://app.test:3001/callback"}
	if got := URIDiffers("http://app.test:3000/callback", ports); !strings.Contains(got, "registered http://app.test:3001/callback: port 3000 instead of 3001") {
		t.Errorf("%s", got)
	}
	if got := URIDiffers("https://a.example/", nil); !strings.Contains(got, "none is registered") {
		t.Errorf("%s", got)
	}
	if got := WordsDiffer("scope", []string{"openid", "admin"}, []string{"openid", "email"}); got != "requested admin, registered openid email" {
		t.Errorf("%s", got)
	}
}
