package oauth

import (
	"net/url"
	"strings"
)

// Params are the parameters of one request, decoded strictly: each once (resource and audience
// excepted), none empty, none longer than limit says, and only those we know (RFC 6749 section 3.1).
type Params url.Values

// Get returns the value of a parameter, or "" when the request has none.
func (p Params) Get(name string) string {
	if values := p[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

const (
	maxPairs     = 200
	maxScopes    = 64
	maxResources = 16
)

// limit returns how long the value of a parameter may be, in bytes; 0 for a parameter that we do not know
// and therefore ignore. A new extension adds its parameters here.
func limit(name string) int {
	switch name {
	case "login_hint":
		return 512
	case "scope":
		return 2 << 10
	case "authorization_details", "client_id", "client_secret", "client_assertion_type", "redirect_uri", "response_type",
		"response_mode", "state", "nonce", "code_challenge", "code_challenge_method", "code_verifier",
		"code", "grant_type", "resource", "audience", "prompt", "max_age", "display", "ui_locales",
		"acr_values", "request_uri", "registration", "token_type_hint", "post_logout_redirect_uri",
		"logout_hint", "confirm", "dpop_jkt",
		"device_code", "user_code", "decision":
		return 4 << 10
	case "claims":
		return 8 << 10
	case "token", "access_token", "refresh_token", "id_token_hint", "client_assertion", "request":
		return 16 << 10
	}
	return 0
}

func repeatable(name string) bool { return name == "resource" || name == "audience" }

// nameOf returns the error for an oversized value of this parameter.
func nameOf(name string) string {
	switch name {
	case "scope":
		return "invalid_scope"
	case "resource", "audience":
		return "invalid_target"
	case "authorization_details":
		return "invalid_authorization_details"
	}
	return "invalid_request"
}

// wellFormedScope implements RFC 6749 section 3.3. Long lists are refused cheaply, before any other work.
func wellFormedScope(scope string) bool {
	if strings.Count(scope, " ") >= maxScopes {
		return false
	}
	for item := range strings.SplitSeq(scope, " ") {
		if item == "" {
			return false
		}
		for _, c := range []byte(item) {
			if c < 0x21 || c > 0x7e || c == '"' || c == '\\' {
				return false
			}
		}
	}
	return true
}
