package interaction

import (
	"cmp"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/i18n"
)

// ForPeople returns scopes, and claims of scopes, in the order people read them: who they are first, what
// applications call by their own names then, and last that it goes on while they are away.
func ForPeople(scopes []string) []string {
	return slices.SortedStableFunc(slices.Values(scopes), func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
}

func rank(what string) int {
	scope, _, _ := strings.Cut(what, " ")
	known := []string{"openid", "profile", "email", "phone", "address", "groups"}
	switch i := slices.Index(known, scope); {
	case i >= 0:
		return i
	case scope == "offline_access":
		return len(known) + 1
	}
	return len(known)
}

// Sentence returns, for a person, what a scope lets an app do, or one claim of a scope: "profile birthdate".
// It is empty for a scope that is not ours, which pages show by its name: inventing what it means would be
// worse.
func Sentence(scope string) i18n.Text {
	switch scope {
	case "openid":
		return "Confirm who you are"
	case "profile":
		return "See your name and other profile details"
	case "email":
		return "See your email address"
	case "phone":
		return "See your phone number"
	case "address":
		return "See your postal address"
	case "groups":
		return "See which groups you belong to"
	case "offline_access":
		return "Stay connected when you’re not using it"
	}
	return claimSentence(scope)
}

// claimSentence is for the one scope that holds several things.
func claimSentence(claim string) i18n.Text {
	switch claim {
	case "profile name":
		return "See your name"
	case "profile given_name":
		return "See your given name"
	case "profile family_name":
		return "See your family name"
	case "profile middle_name":
		return "See your middle name"
	case "profile nickname":
		return "See your nickname"
	case "profile preferred_username":
		return "See your username"
	case "profile profile":
		return "See the link to your profile page"
	case "profile picture":
		return "See your profile picture"
	case "profile website":
		return "See your website"
	case "profile gender":
		return "See your gender"
	case "profile birthdate":
		return "See your date of birth"
	case "profile zoneinfo":
		return "See your time zone"
	case "profile locale":
		return "See your language"
	case "profile updated_at":
		return "See when your profile was last updated"
	}
	return ""
}
