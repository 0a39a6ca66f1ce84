package agents

import (
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/storage"
)

const (
	maxScopes = 100
	maxScope  = 128
)

func checkScopes(c storage.Client) error {
	if len(c.Scopes) > maxScopes {
		return invalid("scope", "more than %d", maxScopes)
	}
	for i, scope := range c.Scopes {
		if scope == "" || len(scope) > maxScope || strings.ContainsFunc(scope, notScopeChar) {
			return invalid("scope", "%q is not a scope (RFC 6749 section 3.3)", shorten(scope))
		}
		if slices.Contains(c.Scopes[:i], scope) {
			return invalid("scope", "%q stands there twice", scope)
		}
	}
	return nil
}

// notScopeChar is the complement of scope-token: %x21 / %x23-5B / %x5D-7E.
func notScopeChar(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }

// shorten keeps what somebody sent from filling the answer.
func shorten(s string) string {
	if len(s) > maxScope {
		return s[:maxScope] + "…"
	}
	return s
}
