package clients

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

// checkDetailTypes judges the types of authorization details (RFC 9396 section 10) by their form: what
// types there are is the deployment's to know.
func checkDetailTypes(c storage.Client) error {
	if len(c.DetailTypes) > maxScopes {
		return invalid("authorization_details_types", "more than %d", maxScopes)
	}
	for i, name := range c.DetailTypes {
		if name == "" || len(name) > 2*maxScope || strings.ContainsFunc(name, notScopeChar) {
			return invalid("authorization_details_types", "%q is no name of a type", shorten(name))
		}
		if slices.Contains(c.DetailTypes[:i], name) {
			return invalid("authorization_details_types", "%q stands there twice", shorten(name))
		}
	}
	return nil
}
