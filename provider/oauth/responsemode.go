package oauth

import (
	"strings"
)

// JARM (JWT Secured Authorization Response Mode for OAuth 2.0): the answer, an error too, is one
// parameter, signed for the client. Its iss is inside and nowhere else. It is for clients that have
// registered an algorithm for it; no other client can make us sign.

// ResponseModes returns those that an answer can be delivered in. A fragment is for tokens, which we never
// deliver like that.
func ResponseModes() []string {
	return []string{"query", "form_post", "jwt", "query.jwt", "form_post.jwt"}
}

// IsSigned reports whether the mode asks for JARM. For a code the mode jwt is query.jwt.
func IsSigned(mode string) bool { return mode == "jwt" || strings.HasSuffix(mode, ".jwt") }

// IsPosted reports whether the mode asks for a form.
func IsPosted(mode string) bool { return strings.HasPrefix(mode, "form_post") }
