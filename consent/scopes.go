package consent

import (
	"slices"

	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/templates"
)

// Sentence says to a person what a scope lets an app do. It is empty for a scope that is not ours,
// which the page shows by its name: inventing what it means would be worse.
func Sentence(scope string) string {
	switch scope {
	case "openid":
		return "Know that it is you who signs in"
	case "profile":
		return "See your name and what else is in your profile"
	case "email":
		return "See your email address"
	case "phone":
		return "See your phone number"
	case "address":
		return "See your postal address"
	case "groups":
		return "See which groups you belong to"
	case "offline_access":
		return "Keep this access while you are away"
	}
	return ""
}

// describe marks what is new, if anything was allowed before.
func describe(scopes, before []string) []templates.ConsentScope {
	described := make([]templates.ConsentScope, len(scopes))
	for i, scope := range scopes {
		described[i] = templates.ConsentScope{
			Name: scope, Sentence: Sentence(scope),
			New: len(before) > 0 && !slices.Contains(before, scope),
		}
	}
	return described
}

func lasts(q *interaction.Request) string {
	switch {
	case slices.Contains(q.Scopes, "offline_access"):
		return "This lasts until you take it back, also while you are signed out."
	case len(q.Details) > 0:
		return "This ends when you sign out, and you are asked again each time."
	}
	return "This ends when you sign out, and you are not asked again until you take it back."
}
