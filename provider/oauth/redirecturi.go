package oauth

import (
	"errors"
	"net/url"
	"strings"
)

// ValidRedirectURI returns why uri must never be sent a response, registered or not; nil when it may.
// It is called by every way of registering a client, and for every response.
func ValidRedirectURI(uri string) error {
	for _, c := range []byte(uri) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"<>\^`+"`{|}", c) >= 0 {
			return errors.New("redirect_uri has characters that RFC 3986 does not allow")
		}
	}
	scheme, rest, ok := strings.Cut(uri, ":")
	if !ok || !validScheme(scheme) {
		return errors.New("redirect_uri has no scheme, or one that is never redirected to")
	}
	if strings.Contains(rest, "#") {
		return errors.New("redirect_uri has a fragment")
	}
	if strings.Contains(authority(uri), "@") {
		return errors.New("redirect_uri has user information")
	}
	if parsed, err := url.Parse(uri); err != nil || (isWeb(scheme) && parsed.Hostname() == "") {
		return errors.New("redirect_uri is not a well-formed URL")
	}
	return nil
}

func isWeb(scheme string) bool { return scheme == "http" || scheme == "https" }

// validScheme takes lower case only, and nothing that a browser runs, reads or unpacks itself.
func validScheme(scheme string) bool {
	switch scheme {
	case "", "javascript", "vbscript", "data", "file", "blob", "filesystem", "about", "view-source", "jar", "intent":
		return false
	}
	for i, c := range []byte(scheme) {
		letter := c >= 'a' && c <= 'z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789+-.", rune(c))) {
			return false
		}
	}
	return true
}

// authority returns the part between "//" and the path, "" when there is none.
func authority(uri string) string {
	_, rest, ok := strings.Cut(uri, "://")
	if !ok {
		return ""
	}
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		return rest[:i]
	}
	return rest
}
