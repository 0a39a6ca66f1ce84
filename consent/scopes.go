package consent

import (
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/templates"
)

// describe marks what is new, if anything was allowed before.
func describe(scopes, before []string) []templates.ConsentScope {
	described := make([]templates.ConsentScope, len(scopes))
	for i, scope := range interaction.ForPeople(scopes) {
		described[i] = templates.ConsentScope{
			Name: scope, Sentence: interaction.Sentence(scope),
			New: len(before) > 0 && !within(before, scope),
		}
	}
	return described
}

// within reports whether it was allowed before: itself, or, when it is a claim of a scope, all of that.
func within(before []string, what string) bool {
	scope, _, _ := strings.Cut(what, " ")
	return slices.Contains(before, what) || slices.Contains(before, scope)
}

func lasts(q *interaction.Request) i18n.Text {
	switch {
	case slices.Contains(q.Scopes, "offline_access"):
		return "Until you remove it, even when you’re signed out."
	case len(q.Details) > 0:
		return "Until you sign out. You’ll be asked again each time."
	}
	return "Until you sign out. You won’t be asked again unless you remove access."
}
