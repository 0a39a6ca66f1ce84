package provider

import (
	"slices"

	"github.com/symbolon-id/symbolon/storage"
)

// claims is what the granted scopes tell about a person (OpenID Connect Core section 5.4), sub
// included.
func (p *Provider) claims(user storage.User, scopes []string) map[string]any {
	claims := map[string]any{"sub": user.ID}
	if slices.Contains(scopes, "profile") {
		if user.Name != "" {
			claims["name"] = user.Name
		}
		claims["updated_at"] = user.UpdatedAt.Unix()
	}
	if slices.Contains(scopes, "email") && user.Email != "" {
		claims["email"] = user.Email
		claims["email_verified"] = user.EmailVerified
	}
	if slices.Contains(scopes, "groups") {
		claims["groups"] = append([]string{}, user.Groups...)
	}
	return claims
}

// scopeOf is the scope that holds a claim, "" for one that we do not have.
func scopeOf(claim string) string {
	switch claim {
	case "name", "updated_at":
		return "profile"
	case "email", "email_verified":
		return "email"
	case "groups":
		return "groups"
	}
	return ""
}
