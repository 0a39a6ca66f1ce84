package interaction

// Sentence says to a person what a scope lets an app do. It is empty for a scope that is not ours,
// which pages show by its name: inventing what it means would be worse.
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
